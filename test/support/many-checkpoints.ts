import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { encodeMessage } from '../../src/checkpoints/metadata.ts';
import type { CheckpointSummary } from '../../src/checkpoints/types.ts';
import type { Workplace } from '../../src/flows/workplace.ts';
import { type BuiltRepository, GIT_TEST_ENV, runGit } from './repositories.ts';
import { workplaceAt } from './undo.ts';

export interface MadeCheckpoint {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  /** The content of its one changed file. */
  content: string | Buffer;
  more?: Partial<CheckpointSummary>;
}

/** Makes checkpoints as a save would, hundreds a second, each a commit on top of HEAD with one changed file. */
export function makeCheckpoints(built: BuiltRepository, list: readonly MadeCheckpoint[]): void {
  const head = runGit(built.root, ['rev-parse', 'HEAD']).trim();
  const parts: Buffer[] = [];
  const put = (text: string | Buffer): void => {
    parts.push(Buffer.from(text));
  };
  for (const { id, at, content, more } of list) {
    const message = encodeMessage({
      id,
      name: 'Interval',
      createdAt: new Date(at).toISOString(),
      reason: 'interval',
      worktree: 'main',
      document: `.claude/checkpoints/${id}.md`,
      counts: { new: 0, modified: 1, deleted: 0 },
      leftOut: [],
      leftOutCount: 0,
      remarks: [],
      head,
      ...more,
    });
    const bytes = Buffer.from(content);
    put(`commit refs/claude-hooks/checkpoints/${id}\n`);
    put(`committer claude-hooks <claude-hooks@localhost> ${Math.floor(at / 1000)} +0000\n`);
    put(`data ${Buffer.byteLength(message)}\n${message}\nfrom ${head}\n`);
    put(`M 100644 inline src/a.txt\ndata ${bytes.length}\n`);
    put(bytes);
    put('\n');
  }
  execFileSync('git', ['fast-import', '--quiet', '--force', '--done'], {
    cwd: built.root,
    input: Buffer.concat([...parts, Buffer.from('done\n')]),
    env: { ...process.env, ...GIT_TEST_ENV },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Writes the document of a checkpoint, with an edit of a person in it. */
export function writeDocument(root: string, id: string, machineId = id): string {
  const file = path.join(root, '.claude/checkpoints', `${id}.md`);
  const machine = { version: 1, id: machineId, name: 'x', createdAt: 'x', commit: 'x', tree: 'x' };
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(
    file,
    `# Session Checkpoint: ${id}\n\nmy own words\n\n\`\`\`json claude-hooks\n${JSON.stringify(machine, null, 2)}\n\`\`\`\n`,
  );
  return file;
}

/** The checkpoints that have a ref, and what it points to. */
export function checkpointRefs(root: string): Record<string, string> {
  const lines = runGit(root, [
    'for-each-ref',
    '--format=%(refname:lstrip=3) %(objectname)',
    'refs/claude-hooks/checkpoints/',
  ]);
  return Object.fromEntries(lines.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ')])));
}

/** When the newest of `makeSession` is from, in milliseconds since 1970. */
export const MADE_AT = Date.parse('2026-11-24T09:00:00Z');

export function idsOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}-${String(at).padStart(3, '0')}`);
}

/** Checkpoints of a session, the first the newest, a minute apart. @returns their ids. */
export function makeSession(
  built: BuiltRepository,
  prefix: string,
  count: number,
  more: object = {},
  ageMs = 0,
): string[] {
  const list = idsOf(prefix, count);
  makeCheckpoints(
    built,
    list.map((id, at) => ({
      id,
      at: MADE_AT - ageMs - at * 60_000,
      content: `${id}\n`,
      more: { session: prefix, ...more },
    })),
  );
  return list;
}

/** The workplace of a folder with other limits than the configured ones. */
export async function workplaceKeeping(root: string, keep: object): Promise<Workplace> {
  const found = await workplaceAt(root);
  const { config } = found.resolved;
  const checkpoints = { ...config.checkpoints, keep: { ...config.checkpoints.keep, ...keep } };
  return { ...found, resolved: { ...found.resolved, config: { ...config, checkpoints } } };
}
