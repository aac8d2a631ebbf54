import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { gitBytes } from './git.ts';

export interface DiffLine {
  /** Both texts have it, only the second, only the first; `…`: lines both have were left out here. */
  sign: ' ' | '+' | '-' | '…';
  text: string;
}

/**
 * How two texts differ, line by line; empty where they are equal. Git's own comparison, of two files in a temporary
 * folder that only this person can read.
 * @param around lines both have that are shown on each side of a difference.
 * @throws HooksError where git or the temporary folder fails.
 */
export async function diffLines(before: string, after: string, around = 3): Promise<DiffLine[]> {
  if (before === after) return [];
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'claude-hooks-diff-'));
  try {
    fs.writeFileSync(path.join(folder, 'a'), before, { mode: 0o600 });
    fs.writeFileSync(path.join(folder, 'b'), after, { mode: 0o600 });
    const shape = [`--unified=${around}`, '--inter-hunk-context=0', '--diff-algorithm=histogram'];
    const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--text', '--no-indent-heuristic'];
    const args = ['diff', '--no-index', ...plain, ...shape, '--', 'a', 'b'];
    const result = await gitBytes(args, {
      cwd: folder,
      env: { GIT_CEILING_DIRECTORIES: path.dirname(folder) },
    });
    if (result.code === 0 || result.code === 1) return readHunks(result.stdout.toString('utf8'));
    throw new HooksError({
      code: 'git-failed',
      kind: 'failed',
      message: `git diff failed in ${folder}: ${result.stderr.trim().split('\n').at(-1) ?? ''}`,
    });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads the lines of a unified diff. Lines are split at `\n` only, as git does. */
export function readHunks(output: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let inside = false;
  for (const line of output.split('\n')) {
    if (line.startsWith('@@ ')) {
      if (!/^@@ -[01](?:,\d+)? \+[01](?:,\d+)? /.test(line)) lines.push({ sign: '…', text: '' });
      inside = true;
      continue;
    }
    const sign = line[0];
    if (inside && (sign === ' ' || sign === '+' || sign === '-')) lines.push({ sign, text: line.slice(1) });
  }
  return lines;
}
