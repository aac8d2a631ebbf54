import { systemCode } from '../errors.ts';

// As in `fs.ts`: a bundled namespace import copies every property.
const fs = process.getBuiltinModule('node:fs');

/**
 * File system calls on names that are bytes. A name is given as latin1 text, one character a byte, so that it can be
 * compared, sorted and kept in JSON; a path is a buffer.
 */

/** What stands at a path, without following a link. */
export interface RawStat {
  kind: 'file' | 'link' | 'directory' | 'other';
  /** Permission bits. */
  mode: number;
  size: number;
  dev: string;
  ino: string;
  mtimeNs: string;
  ctimeNs: string;
  /** Names the file has. */
  links: number;
}

/** The path of a name below a folder. */
export function rawPath(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
}

/** A name as people read it; bytes that are not UTF-8 are replaced. */
export function rawText(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}

/** @returns undefined where nothing is there; `other` where this process may not look. */
export function rawStat(file: Buffer): RawStat | undefined {
  try {
    const stat = fs.lstatSync(file, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return {
      kind: stat.isFile()
        ? 'file'
        : stat.isSymbolicLink()
          ? 'link'
          : stat.isDirectory()
            ? 'directory'
            : 'other',
      mode: Number(stat.mode & 0o7777n),
      size: Number(stat.size),
      dev: String(stat.dev),
      ino: String(stat.ino),
      mtimeNs: String(stat.mtimeNs),
      ctimeNs: String(stat.ctimeNs),
      links: Number(stat.nlink),
    };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG')
      return undefined;
    if (code === 'EACCES')
      return { kind: 'other', mode: 0, size: 0, dev: '', ino: '', mtimeNs: '', ctimeNs: '', links: 0 };
    throw error;
  }
}

/** Moves a file or link; the caller has seen that nothing stands at `to`. */
export function rawRename(from: Buffer, to: Buffer): void {
  fs.renameSync(from, to);
}

/** Names in a folder, as latin1 text; undefined where it cannot be read. */
export function rawList(folder: Buffer): string[] | undefined {
  try {
    return fs.readdirSync(folder, { encoding: 'latin1' });
  } catch (error) {
    if (/^(?:ENOENT|ENOTDIR|EACCES)$/.test(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** Makes one folder with the modes the person's umask allows. @returns false where something stands there already. */
export function rawMakeFolder(folder: Buffer): boolean {
  try {
    fs.mkdirSync(folder);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a folder only where it is empty. @returns whether it is gone. */
export function rawRemoveEmptyFolder(folder: Buffer): boolean {
  try {
    fs.rmdirSync(folder);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return true;
    if (/^(?:ENOTEMPTY|EEXIST|ENOTDIR|EBUSY|EACCES|EPERM|EINVAL)$/.test(systemCode(error) ?? ''))
      return false;
    throw error;
  }
}

export function rawSetMode(file: Buffer, mode: number): void {
  fs.chmodSync(file, mode);
}

const CHUNK = 256 * 1024;

/**
 * The id git gives a blob of these very bytes, without any conversion; of a link the bytes of where it leads.
 * @param length of the ids in this repository: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.
 * @returns undefined where it cannot be read.
 */
export function rawBlobId(file: Buffer, kind: 'file' | 'link', length: number): string | undefined {
  const hash = process.getBuiltinModule('node:crypto').createHash(length === 64 ? 'sha256' : 'sha1');
  try {
    if (kind === 'link') {
      const target = fs.readlinkSync(file, { encoding: 'buffer' });
      return hash.update(`blob ${target.length}\0`).update(target).digest('hex');
    }
    const fd = fs.openSync(file, 'r');
    try {
      const { size } = fs.fstatSync(fd);
      hash.update(`blob ${size}\0`);
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, size)));
      for (let left = size; left > 0; ) {
        const count = fs.readSync(fd, buffer, 0, Math.min(buffer.length, left), null);
        if (count === 0) return undefined;
        hash.update(buffer.subarray(0, count));
        left -= count;
      }
      return hash.digest('hex');
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (/^(?:ENOENT|ENOTDIR|EACCES|EINVAL|ELOOP)$/.test(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** The bytes of an ordinary file; undefined where there is none that can be read. */
export function rawBytes(file: Buffer): Buffer | undefined {
  if (rawStat(file)?.kind !== 'file') return undefined;
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if (/^(?:ENOENT|ENOTDIR|EACCES)$/.test(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** Writes a new file and the folders above it, below a folder that is ours. */
export function rawWrite(folder: string, name: string, bytes: Uint8Array): void {
  const slash = name.lastIndexOf('/');
  if (slash !== -1) fs.mkdirSync(rawPath(folder, name.slice(0, slash)), { recursive: true });
  fs.writeFileSync(rawPath(folder, name), bytes, { flag: 'wx' });
}

/**
 * Makes a symbolic link to where the bytes of a file say, and removes the file.
 * @returns false, with nothing changed, where this file system has no links.
 */
export function rawLinkFrom(file: Buffer, link: Buffer): boolean {
  try {
    fs.symlinkSync(fs.readFileSync(file), link);
  } catch (error) {
    if (/^(?:EPERM|ENOSYS|ENOTSUP|EOPNOTSUPP)$/.test(systemCode(error) ?? '')) return false;
    throw error;
  }
  fs.unlinkSync(file);
  return true;
}

/** Removes the files of a folder that is ours; folders in it stay. */
export function rawRemoveFiles(folder: string): void {
  for (const name of rawList(Buffer.from(folder)) ?? []) {
    try {
      fs.unlinkSync(rawPath(folder, name));
    } catch (error) {
      if (!/^(?:ENOENT|EISDIR|EPERM)$/.test(systemCode(error) ?? '')) throw error;
    }
  }
}

/** The permission bits new files do not get. */
export function fileMask(): number {
  return process.umask();
}
