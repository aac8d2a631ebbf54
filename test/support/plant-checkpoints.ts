import { execFileSync } from 'node:child_process';
import { encodeMessage, type Metadata } from '../../src/checkpoints/metadata.ts';
import { GIT_TEST_ENV } from './repositories.ts';

export interface Planted {
  metadata: Metadata;
  /** Files of its tree. */
  files?: Record<string, string>;
  /** The message of its commit, where that is not the metadata. */
  message?: string;
}

/** A checkpoint's metadata, made up, with what is given. */
export function madeUp(id: string, more: Partial<Metadata> = {}): Metadata {
  return {
    id,
    name: 'End of turn',
    createdAt: '2026-11-22T10:00:00.000Z',
    reason: 'stop',
    worktree: 'main',
    document: `.claude/checkpoints/${id}.md`,
    counts: { new: 0, modified: 0, deleted: 0 },
    leftOut: [],
    leftOutCount: 0,
    remarks: [],
    ...more,
  };
}

/** Puts checkpoints into a repository in one git process, without a working tree. */
export function plantCheckpoints(root: string, planted: readonly Planted[]): void {
  const lines: string[] = [];
  for (const { metadata, files = {}, message = encodeMessage(metadata) } of planted) {
    const time = Math.floor(Date.parse(metadata.createdAt) / 1000);
    lines.push(`commit refs/claude-hooks/checkpoints/${metadata.id}`);
    lines.push(`committer claude-hooks <claude-hooks@localhost> ${Math.max(0, time)} +0000`);
    lines.push(data(message), 'deleteall');
    for (const [name, text] of Object.entries(files))
      lines.push(`M 100644 inline ${quoted(name)}`, data(text));
  }
  execFileSync('git', ['fast-import', '--quiet', '--force', '--date-format=raw-permissive'], {
    cwd: root,
    env: { ...process.env, ...GIT_TEST_ENV },
    input: `${lines.join('\n')}\n`,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

/** As git quotes names: control characters as three octal digits. */
function quoted(name: string): string {
  return JSON.stringify(name).replace(
    /\\u00([0-9a-f]{2})/g,
    (_text, hex: string) => `\\${Number.parseInt(hex, 16).toString(8).padStart(3, '0')}`,
  );
}
