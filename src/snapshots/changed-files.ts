import type { RawChange } from '../platform/raw-diff.ts';
import type { SnapshotFile, SnapshotFileStatus } from './types.ts';

const STATUS: Record<string, SnapshotFileStatus> = { A: 'added', C: 'added', D: 'deleted', R: 'renamed' };

/**
 * The files in which two trees differ, sorted by the bytes of their names. A change of mode or kind counts as
 * modified, a copy as added.
 */
export function changedFiles(changes: readonly RawChange[]): SnapshotFile[] {
  return [...changes]
    .sort((a, b) => Buffer.compare(a.path, b.path))
    .map((change) => {
      const status = STATUS[change.letter] ?? 'modified';
      return {
        ...nameIn('path', change.path),
        hash: status === 'deleted' ? change.fromId : change.toId,
        status,
        ...(status === 'renamed' && change.from !== undefined ? nameIn('from', change.from) : {}),
      };
    });
}

function nameIn<K extends 'path' | 'from'>(key: K, bytes: Buffer): Record<K, string> {
  const text = bytes.toString('utf8');
  const exact = Buffer.from(text, 'utf8').equals(bytes) ? {} : { [`${key}Base64`]: bytes.toString('base64') };
  return { [key]: text, ...exact } as Record<K, string>;
}
