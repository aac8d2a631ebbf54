import { removeFile } from '../../platform/fs.ts';
import type { Plumbing } from '../plumbing.ts';
import type { Entry } from './types.ts';

/** What to put at paths of a tree (each byte of a path as one character); undefined takes away. */
export type TreeChanges = ReadonlyMap<string, Entry | undefined>;

/** Makes trees out of others by an index file of its own; nothing of the person's is read or written. */
export class TreeEditor {
  private held: string | undefined;

  /** @param index a file that does not exist. */
  constructor(
    private readonly git: Plumbing,
    private readonly index: string,
  ) {}

  /** The tree with these changes. */
  async edit(tree: string, changes: TreeChanges): Promise<string> {
    if (changes.size === 0) return tree;
    const { git, index } = this;
    if (this.held !== tree) await git.run(['read-tree', tree], { index });
    this.held = undefined;
    const none = '0'.repeat(tree.length);
    // First what goes: a folder may come where a file was, or the reverse.
    const gone = [...changes]
      .filter(([, entry]) => entry === undefined)
      .map(([path]) => `0 ${none}\t${path}`);
    const put = [...changes].flatMap(([path, entry]) =>
      entry === undefined ? [] : [`${entry.mode} ${entry.oid}\t${path}`],
    );
    await git.run(['update-index', '--add', '--replace', '-z', '--index-info'], {
      index,
      input: Buffer.from([...gone, ...put].map((line) => `${line}\0`).join(''), 'latin1'),
    });
    const output = await git.run(['write-tree', '--missing-ok'], { index });
    this.held = output.toString('latin1').trim();
    return this.held;
  }

  close(): void {
    for (const file of [this.index, `${this.index}.lock`]) removeFile(file);
  }
}
