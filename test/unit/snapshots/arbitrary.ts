import fc from 'fast-check';
import { SNAPSHOT_SCHEMA_LOCATION } from '../../../src/snapshots/schema.ts';
import type { Snapshot, SnapshotFile } from '../../../src/snapshots/types.ts';

const text = fc.string({ unit: 'binary-ascii' });
const words = fc.string({ unit: 'grapheme', minLength: 1 });
const objectId = fc.constantFrom('a', '0', 'f').map((letter) => letter.repeat(40));
const id = fc.stringMatching(/^[a-z0-9]{1,12}(?:-[a-z0-9]{1,12}){0,3}$/);

/** An object with some of its optional fields left out, as JSON has it. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

const file: fc.Arbitrary<SnapshotFile> = fc
  .record({
    path: words,
    hash: objectId,
    status: fc.constantFrom('added', 'modified', 'deleted', 'renamed' as const),
    pathBase64: fc.option(
      fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      { nil: undefined },
    ),
    from: fc.option(words, { nil: undefined }),
  })
  .map((one) => present(one) as SnapshotFile);

/** Any snapshot that can be written. */
export const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    $schema: fc.constant(SNAPSHOT_SCHEMA_LOCATION),
    version: fc.constant(1 as const),
    id,
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    timestamp: fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((date) => date.toISOString()),
    branch: fc.option(words, { nil: null }),
    head: fc.option(objectId, { nil: undefined }),
    operation: fc.option(fc.constantFrom('merge', 'rebase'), { nil: undefined }),
    files: fc.array(file, { maxLength: 6 }),
    context: text,
    todos: fc.array(
      fc.record({ text, status: fc.constantFrom('pending', 'in_progress', 'completed', 'odd') }),
      { maxLength: 6 },
    ),
    notes: text,
    state: fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      text,
      { noNullPrototype: true },
    ),
    session: fc.option(fc.uuid(), { nil: undefined }),
    conversation: fc.option(fc.record({ transcript: text, offset: fc.nat() }), { nil: undefined }),
    checkpoint: id,
    tree: objectId,
    remarks: fc.array(text, { maxLength: 3 }),
  })
  .map(present);

/** One snapshot to change a field of. */
export const EXAMPLE: Snapshot = {
  $schema: SNAPSHOT_SCHEMA_LOCATION,
  version: 1,
  id: 'feature-x-1',
  name: 'Feature X',
  timestamp: '2026-11-22T10:00:00.000Z',
  branch: 'main',
  head: 'a'.repeat(40),
  files: [],
  context: '',
  todos: [],
  notes: '',
  state: {},
  checkpoint: 'feature-x-1',
  tree: 'b'.repeat(40),
  remarks: [],
};
