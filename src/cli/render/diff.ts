import type { DiffFile } from '../../checkpoints/diff.ts';
import type { GitLine } from '../../platform/git-stream.ts';
import { visible } from '../../platform/terminal.ts';
import type { Cli } from '../cli.ts';
import { paint } from './paint.ts';
import { cutTo, displayWidth, padTo } from './width.ts';

type Color = Parameters<typeof paint>[1];

const SIGNS: Record<DiffFile['status'], [sign: string, color: Color]> = {
  new: ['A', 'green'],
  modified: ['M', 'yellow'],
  deleted: ['D', 'red'],
  renamed: ['R', 'cyan'],
};

/** A function that gets the lines of a patch in turn and colours them; what they hold is made visible. */
export function openDiffPainter(cli: Cli): (line: GitLine) => string {
  // Inside a hunk a line of content may look like a head: `--- a` is a removed line `-- a`.
  let old = 0;
  let fresh = 0;
  return ({ bytes, cut }) => {
    const text = visible(bytes.toString('utf8')) + (cut > 0 ? ` … and ${cut} bytes more` : '');
    if (old > 0 || fresh > 0) {
      const sign = text[0];
      if (sign !== '+' && sign !== '\\') old -= 1;
      if (sign !== '-' && sign !== '\\') fresh -= 1;
      if (sign === '+') return paint(cli, 'green', text);
      return sign === '-' ? paint(cli, 'red', text) : text;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(text);
    if (hunk === null) return text.startsWith('\\') ? text : paint(cli, 'bold', text);
    old = Number(hunk[1] ?? 1);
    fresh = Number(hunk[2] ?? 1);
    return paint(cli, 'cyan', text);
  };
}

/** One line a file: its name, how many lines differ and a bar, none wider than the terminal. */
export function statLines(cli: Cli, files: readonly DiffFile[]): string[] {
  const names = files.map(({ path, from }) => {
    const shown = visible(path).replaceAll('\n', '\\n');
    return from === undefined ? shown : `${visible(from).replaceAll('\n', '\\n')} -> ${shown}`;
  });
  const most = files.reduce((max, { insertions, deletions }) => Math.max(max, insertions + deletions), 1);
  const digits = String(most).length;
  const room = Math.max(20, cli.width - digits - 8);
  const nameWidth = Math.min(
    names.reduce((widest, name) => Math.max(widest, displayWidth(name)), 0),
    Math.max(20, room - 20),
  );
  const bar = Math.max(1, Math.min(40, room - nameWidth));
  return files.map((file, at) => {
    const [sign, color] = SIGNS[file.status];
    const name = padTo(cutTo(names[at] ?? '', nameWidth), nameWidth);
    const head = ` ${paint(cli, color, sign)} ${name} |`;
    if (file.binary) return `${head} ${'binary'.padStart(digits)}`;
    const { insertions, deletions } = file;
    return `${head} ${String(insertions + deletions).padStart(digits)} ${barOf(cli, insertions, deletions, Math.min(1, bar / most))}`.trimEnd();
  });
}

/** `3 files, 12 lines added, 4 removed` */
export function sumLine(files: readonly DiffFile[]): string {
  const sum = (count: (file: DiffFile) => number): number =>
    files.reduce((all, file) => all + count(file), 0);
  const added = sum((file) => file.insertions);
  const binary = files.filter((file) => file.binary).length;
  return [
    `${files.length} ${files.length === 1 ? 'file' : 'files'}`,
    `${added} ${added === 1 ? 'line' : 'lines'} added`,
    `${sum((file) => file.deletions)} removed`,
    ...(binary === 0 ? [] : [`${binary} binary`]),
  ].join(', ');
}

/** Plus and minus signs, at least one for each kind there is. */
function barOf(cli: Cli, insertions: number, deletions: number, scale: number): string {
  const plus = Math.min(insertions, Math.max(1, Math.round(insertions * scale)));
  const minus = Math.min(deletions, Math.max(1, Math.floor(deletions * scale)));
  return paint(cli, 'green', '+'.repeat(plus)) + paint(cli, 'red', '-'.repeat(minus));
}
