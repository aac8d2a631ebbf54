import type { PushResult, SharedRef } from '../../flows/share.ts';
import type { FetchedRef, FetchResult } from '../../flows/share-fetch.ts';
import { visible } from '../../platform/terminal.ts';
import type { Cli } from '../cli.ts';
import { cell } from './checkpoint.ts';
import { paint } from './paint.ts';

const MAX_LINES = 60;
const SAY_EVERY_MS = 2_000;

/** Says git's progress on a terminal, at most every two seconds. */
export function progressLines(cli: Cli): (line: string) => void {
  let last = Date.now();
  return (line) => {
    if (!cli.interactive || Date.now() - last < SAY_EVERY_MS) return;
    last = Date.now();
    cli.say(cell(line, cli.width));
  };
}

/** What pushing would do, or did. */
export function pushLines(cli: Cli, result: PushResult): string[] {
  const { outgoing, history, redacted } = result;
  const lines = refLines(cli, result.refs);
  if (outgoing.objects > 0) {
    lines.push(
      `  The content of these files goes along: about ${amount(outgoing.bytes)} in ${outgoing.objects} objects.`,
    );
    if (history.commits > 0)
      lines.push(
        `  So does your history as far as it is not there yet, ${history.commits} ${history.commits === 1 ? 'commit' : 'commits'}${history.wip > 0 ? `, ${history.wip} of them marked WIP` : ''}.`,
      );
  }
  if (redacted > 0)
    lines.push(
      `  Secrets are taken out of ${redacted} ${redacted === 1 ? 'document' : 'documents'}; the files here stay as they are.`,
    );
  for (const { path, line, rule } of outgoing.secrets.slice(0, MAX_LINES))
    lines.push(`  ${paint(cli, 'red', 'secret?')} ${oneLine(path)}:${line} (${rule})`);
  if (outgoing.secrets.length > MAX_LINES)
    lines.push(`  and ${outgoing.secrets.length - MAX_LINES} more such places (all with --json)`);
  for (const path of outgoing.large.slice(0, 10))
    lines.push(`  ${paint(cli, 'yellow', 'not looked into')}: ${oneLine(path)} (larger than 1 MB)`);
  if (outgoing.large.length > 10) lines.push(`  and ${outgoing.large.length - 10} more large files`);
  if (outgoing.binary > 0)
    lines.push(
      `  ${paint(cli, 'yellow', 'not looked into')}: ${outgoing.binary} binary ${outgoing.binary === 1 ? 'file' : 'files'}`,
    );
  return lines;
}

/** What fetching would do, or did. */
export function fetchLines(cli: Cli, result: FetchResult): string[] {
  const lines = refLines(cli, result.refs);
  if (result.odd > 0)
    lines.push(`  ${result.odd} refs there have names that are no ids and were left alone.`);
  return lines;
}

/** `3 new, 1 conflict`: how many of each state, of one kind. */
export function summaryOf(
  refs: readonly (SharedRef | FetchedRef)[],
  kind: 'checkpoint' | 'document',
): string {
  const counts = new Map<string, number>();
  for (const ref of refs) if (ref.kind === kind) counts.set(ref.state, (counts.get(ref.state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ') || 'none';
}

/** The exit code: 1 where something failed, else 5 where something else is in the place of one of them. */
export function exitCodeOf(refs: readonly (SharedRef | FetchedRef)[]): number {
  const states = new Set<string>(refs.map(({ state }) => state));
  if (['failed', 'refused', 'invalid'].some((state) => states.has(state))) return 1;
  return states.has('conflict') ? 5 : 0;
}

/** One line for each ref that is not simply there; a document has a line of its own only where it went otherwise. */
function refLines(cli: Cli, refs: readonly (SharedRef | FetchedRef)[]): string[] {
  const good = ['new', 'update', 'pushed', 'fetched'];
  const told = refs.filter(
    ({ kind, state }) => state !== 'there' && (kind === 'checkpoint' || !good.includes(state)),
  );
  const shown = told.slice(0, MAX_LINES).map((ref) => {
    const name = 'name' in ref && ref.name !== undefined ? ` "${cell(ref.name, 60)}"` : '';
    const why = ref.why === undefined ? '' : `: ${oneLine(ref.why)}`;
    const color = good.includes(ref.state) ? 'green' : 'yellow';
    const what = ref.kind === 'document' ? ' (document)' : '';
    return `  ${paint(cli, color, ref.state)}  ${ref.id}${what}${name}${why}`;
  });
  return told.length > MAX_LINES
    ? [...shown, `  and ${told.length - MAX_LINES} more (all with --json)`]
    : shown;
}

function oneLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n');
}

function amount(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
