/** A command of the session, or a call of a foreign tool, that may have changed files. */
export interface CommandSpan {
  /** Milliseconds since 1970: when it was asked for, and when its end was noted. */
  from: number;
  to: number;
  /** What was run. */
  text: string;
}

const LONGEST_TEXT = 20_000;

/** Programs that only read. One that is not here counts as one that may write. */
const READING = new Set(
  (
    'ls ll dir cat head tail less more wc stat file pwd cd echo printf true false test [ type which whereis whoami ' +
    'date env printenv id uname hostname ps top df du free tree grep egrep fgrep rg ag ack jq yq cut tr uniq ' +
    'comm diff cmp strings xxd hexdump od md5sum sha1sum sha256sum basename dirname realpath readlink sleep wait ' +
    'seq expr history jobs kill pgrep lsof curl ping nslookup dig man help column nl tac rev export set unset'
  ).split(' '),
);
const READING_GIT = new Set(
  (
    'status log diff show blame grep ls-files ls-tree ls-remote rev-parse rev-list describe shortlog reflog branch ' +
    'remote cat-file for-each-ref merge-base name-rev whatchanged config fetch add tag'
  ).split(' '),
);

/** The span of a call that may have changed files; undefined for one that only reads or tests. */
export function commandSpan(
  tool: string,
  input: Record<string, unknown>,
  from: number,
  to: number,
): CommandSpan | undefined {
  const command = tool === 'Bash' && typeof input.command === 'string' ? input.command : undefined;
  if (command !== undefined && !mayWrite(command)) return undefined;
  return { from, to, text: (command ?? JSON.stringify(input)).slice(0, LONGEST_TEXT) };
}

/**
 * Whether a shell command may change files of the working tree. False only where each of its parts is a program that
 * reads, or a run of tests; whatever cannot be read so simply may write.
 */
export function mayWrite(command: string): boolean {
  const plain = command
    .replace(/'[^']*'/g, (quoted) => quoted.replace(/[;|&<>]/g, ' '))
    .replace(/"[^"$`]*"/g, (quoted) => quoted.replace(/[;|&<>]/g, ' '))
    .replace(/\d?>&\d|&?\d?>>?\s*\/dev\/null/g, ' ');
  if (/[<>`]|\$\(|\b(?:tee|xargs|sudo|eval|exec)\b/.test(plain)) return true;
  return plain
    .split(/[;|&\n()]+/)
    .map((part) => part.trim())
    .some((part) => part !== '' && !isReading(part));
}

/** A run of tests, as a person would begin it. */
const TEST_RUN =
  /^(?:(?:npx|bunx|yarn|pnpm(?: exec)?|poetry run|uv run|bundle exec|python3? -m)\s+)?(?:(?:npm|pnpm|yarn|bun) (?:run )?test|npm t|vitest|jest|mocha|pytest|tox|(?:go|cargo|mvn|gradle|deno) test|rspec|phpunit|ctest|make (?:test|check)|node --test)(?=[\s:]|$)/;

function isReading(part: string): boolean {
  const bare = part.replace(/^(?:\w+=\S*\s+)+/, '').replace(/\s+/g, ' ');
  if (TEST_RUN.test(bare)) return !/\s--?(?:fix|write|update\S*|u)(?=\s|=|$)/i.test(bare);
  const words = bare.split(' ');
  const program = words[0] ?? '';
  if (program === 'git') {
    const verb = words.slice(1).find((word) => !word.startsWith('-')) ?? '';
    return READING_GIT.has(verb);
  }
  if (program === 'find' || program === 'sort') {
    return !/\s-(?:delete|exec|execdir|ok|okdir|fprint\w*|fls|o)\b/.test(part);
  }
  if (program === 'curl') return !/\s(?:-[a-zA-Z]*[oO]|--output|--remote-name)/.test(part);
  return READING.has(program);
}

/**
 * Tells of files whether a command's words name them: by path, by name, by one of their folders, or by a pattern of
 * stars and question marks that fits. A pattern of nothing but those, or `.`, names none. Files are given relative to
 * the top of the working tree, with `/`.
 */
export function namerOf(command: string): (file: string) => boolean {
  const words = new Set<string>();
  for (const word of command.split(/[\s'"`;|&()<>=:,{}]+/)) {
    const bare = word.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
    if (!/^[.*?]*$/.test(bare)) words.add(bare);
  }
  const whole = [...words].filter((word) => word.startsWith('/'));
  const patterns = [...words].filter((word) => /[*?]/.test(word));
  return (file) => {
    const parts = file.split('/');
    for (let end = 1; end <= parts.length; end += 1) {
      const upTo = parts.slice(0, end).join('/');
      if (words.has(upTo) || whole.some((word) => word.endsWith(`/${upTo}`))) return true;
      // Below a folder the command was in.
      if (words.has(parts.slice(end - 1).join('/'))) return true;
    }
    const name = parts.at(-1) ?? '';
    return patterns.some((pattern) => fits(pattern, file) || fits(pattern, name));
  };
}

/** Whether a text is what a shell pattern says; takes no more than their lengths' product. */
function fits(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  let letter = 0;
  while (letter < text.length) {
    if (pattern[at] === '*') {
      star = at;
      retry = letter;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[letter])) {
      at += 1;
      letter += 1;
    } else if (star !== -1) {
      at = star + 1;
      retry += 1;
      letter = retry;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
