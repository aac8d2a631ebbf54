import { type RawStat, rawList, rawPath, rawStat } from '../../platform/raw-files.ts';

/** What lies on the way from the top of the working tree to a path. */
export interface Way {
  /** The first folder on the way that is none: a file, a link, or something else. */
  blockedBy?: string;
  /** The first folder on the way that does not exist. */
  missing?: string;
  /** A folder on the way that is a repository of its own. */
  repository?: string;
  /** A folder on the way that lies on another file system than the top. */
  otherDisk?: string;
}

/** A view of a working tree that asks for each folder once. Nothing is followed and nothing is changed. */
export class Disk {
  readonly root: string;
  private readonly dev: string;
  private readonly ways = new Map<string, Way>();
  private readonly isBrief: boolean;

  /** @param isBrief leaves out which folders are repositories, for a second look. */
  constructor(root: string, isBrief = false) {
    this.root = root;
    this.isBrief = isBrief;
    this.dev = rawStat(Buffer.from(root))?.dev ?? '';
  }

  stat(name: string): RawStat | undefined {
    return rawStat(rawPath(this.root, name));
  }

  list(name: string): string[] | undefined {
    return rawList(rawPath(this.root, name));
  }

  /** The way to `name`, without `name` itself. */
  wayTo(name: string): Way {
    const parent = parentOf(name);
    if (parent === '') return {};
    const known = this.ways.get(parent);
    if (known !== undefined) return known;
    const way = this.look(parent);
    this.ways.set(parent, way);
    return way;
  }

  private look(folder: string): Way {
    const above = this.wayTo(folder);
    if (above.blockedBy !== undefined || above.missing !== undefined) return above;
    const stat = this.stat(folder);
    if (stat === undefined) return { ...above, missing: folder };
    if (stat.kind !== 'directory') return { ...above, blockedBy: folder };
    return {
      ...above,
      ...(stat.dev === this.dev ? {} : { otherDisk: folder }),
      ...(this.isBrief || this.stat(`${folder}/.git`) === undefined ? {} : { repository: folder }),
    };
  }
}

/** The folder a name lies in; empty for the top. */
export function parentOf(name: string): string {
  const slash = name.lastIndexOf('/');
  return slash === -1 ? '' : name.slice(0, slash);
}

/** All folders above the names, without the top; each once. */
export function foldersAbove(names: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const name of names) {
    for (let folder = parentOf(name); folder !== '' && !folders.has(folder); folder = parentOf(folder))
      folders.add(folder);
  }
  return folders;
}

/** The deepest first, so that each folder comes after all that lie in it. */
export function deepestFirst(folders: Iterable<string>): string[] {
  const depth = (name: string): number => name.split('/').length;
  return [...folders].sort((a, b) => depth(b) - depth(a) || (a < b ? -1 : 1));
}
