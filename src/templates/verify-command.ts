const BEGIN = /\(verify:/gi;

/**
 * Takes the command off the end of a step: ``Tests pass (verify: `npm test`)``. A command with backticks stands between
 * more of them, as code does in Markdown.
 * @returns `malformed` where it begins like one and does not end like one.
 */
export function splitVerify(text: string): { text: string; verify?: string; malformed: boolean } {
  const start = [...text.matchAll(BEGIN)].at(-1)?.index;
  if (start === undefined) return { text, malformed: false };
  const rest = text.slice(start + '(verify:'.length).trim();
  const ticks = /^`+/.exec(rest)?.[0] ?? '';
  const end = `${ticks})`;
  if (ticks === '' || !rest.endsWith(end) || rest.length <= ticks.length + end.length)
    return { text, malformed: true };
  const inner = rest.slice(ticks.length, -end.length);
  const command = ticks.length > 1 && /^ .* $/.test(inner) ? inner.slice(1, -1) : inner;
  const before = text.slice(0, start).trimEnd();
  if (command.trim() === '' || before === '' || inner.includes(ticks)) return { text, malformed: true };
  return { text: before, verify: command, malformed: false };
}

/** What `splitVerify` reads. */
export function writeVerify(command: string): string {
  const longest = Math.max(0, ...[...command.matchAll(/`+/g)].map(([run]) => run.length));
  if (longest === 0) return `(verify: \`${command}\`)`;
  const ticks = '`'.repeat(longest + 1);
  return `(verify: ${ticks} ${command} ${ticks})`;
}
