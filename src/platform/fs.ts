import type { Stats } from 'node:fs';
import * as path from 'node:path';
import { systemCode } from '../errors.ts';

// A bundled namespace import copies every property, which makes newer Nodes load what the lazy ones stand for.
const fs = process.getBuiltinModule('node:fs');

let sequence = 0;

/** A name in the same directory as `file` that no other process or call of this process uses. */
export function siblingTempName(file: string): string {
  sequence += 1;
  return path.join(
    path.dirname(file),
    `.${path.basename(file)}.${process.pid}-${process.hrtime.bigint().toString(36)}-${sequence}.tmp`,
  );
}

function writeAll(fd: number, data: Uint8Array): void {
  let offset = 0;
  while (offset < data.byteLength) offset += fs.writeSync(fd, data, offset);
}

/**
 * Replaces `file` with `data`: after a crash, a kill or a full disk at any point the file holds either its
 * old or its new content, never a mix, and no temporary file of a failed call stays behind.
 * The new name itself may be lost in a power cut where the file system cannot sync a directory.
 * @param mode permission bits of the new file; defaults to those of the old file, else 0o644 less umask.
 * @param verify called right before the rename; a throw leaves the old file in place.
 */
export function writeFileAtomic(
  file: string,
  data: string | Uint8Array,
  options: { mode?: number; sync?: boolean; verify?: () => void } = {},
): void {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
  const temp = siblingTempName(file);
  const oldMode = options.mode ?? statIfExists(file)?.mode;
  let fd: number | undefined;
  try {
    fd = fs.openSync(temp, 'wx', oldMode === undefined ? 0o644 : oldMode & 0o777);
    if (oldMode !== undefined) fs.fchmodSync(fd, oldMode & 0o7777);
    writeAll(fd, bytes);
    if (options.sync !== false) fs.fsyncSync(fd);
    fs.closeSync(fd);
    fd = undefined;
    options.verify?.();
    fs.renameSync(temp, file);
  } catch (error) {
    if (fd !== undefined) fs.closeSync(fd);
    removeFile(temp);
    throw error;
  }
  if (options.sync !== false) syncDirectory(path.dirname(file));
}

/** Creates `file` with its whole content or not at all. @returns false where the name is already taken. */
export function createFileExclusive(file: string, data: string, mode = 0o600): boolean {
  const temp = siblingTempName(file);
  try {
    const fd = fs.openSync(temp, 'wx', mode);
    try {
      writeAll(fd, Buffer.from(data, 'utf8'));
    } finally {
      fs.closeSync(fd);
    }
    try {
      fs.linkSync(temp, file);
      return true;
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EEXIST') return false;
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
      return createWithoutLinks(file, data, mode);
    }
  } finally {
    removeFile(temp);
  }
}

function createWithoutLinks(file: string, data: string, mode: number): boolean {
  try {
    fs.writeFileSync(file, data, { flag: 'wx', mode });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function syncDirectory(directory: string): void {
  try {
    const fd = fs.openSync(directory, 'r');
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    // Windows and some network file systems cannot sync a directory; the file itself is synced.
  }
}

/**
 * Appends one line with a single write. Where the file does not end in a newline (a torn write of a full
 * disk), the line starts on a new one, so that only the torn line is lost.
 */
export function appendLine(file: string, line: string): void {
  const fd = fs.openSync(file, 'a+', 0o600);
  try {
    const size = fs.fstatSync(fd).size;
    const last = Buffer.alloc(1);
    const torn = size > 0 && fs.readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
    fs.appendFileSync(fd, `${torn ? '\n' : ''}${line}\n`);
  } finally {
    fs.closeSync(fd);
  }
}

/** Writes a new file, for its owner alone, from pieces that are made one after the other. */
export function createFromPieces(file: string, pieces: Iterable<Uint8Array>): void {
  const fd = fs.openSync(file, 'wx', 0o600);
  try {
    for (const piece of pieces) writeAll(fd, piece);
  } finally {
    fs.closeSync(fd);
  }
}

/** @returns the file's bytes, or undefined where there is no such file. */
export function readBytesIfExists(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** @returns the file's text (UTF-8, invalid bytes replaced), or undefined where there is no such file. */
export function readTextIfExists(file: string): string | undefined {
  return readBytesIfExists(file)?.toString('utf8');
}

/** At most the first `limit` bytes of a file as text, so that a huge file costs no more than that. */
export function readHead(file: string, limit: number): string | undefined {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw error;
  }
  try {
    if (!fs.fstatSync(fd).isFile()) return undefined;
    const buffer = Buffer.alloc(limit);
    const length = fs.readSync(fd, buffer, 0, limit, 0);
    return new TextDecoder('utf-8').decode(buffer.subarray(0, length), { stream: true });
  } finally {
    fs.closeSync(fd);
  }
}

/** Undefined where there is none, also below what is no folder. */
export function statIfExists(file: string): Stats | undefined {
  return unlessNoFolder(() => fs.statSync(file, { throwIfNoEntry: false }));
}

/** As `statIfExists`, of a link itself. */
export function lstatIfExists(file: string): Stats | undefined {
  return unlessNoFolder(() => fs.lstatSync(file, { throwIfNoEntry: false }));
}

function unlessNoFolder<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

export function exists(file: string): boolean {
  return fs.existsSync(file);
}

/** Names in a directory, sorted; empty where there is none. */
export function listDirectory(directory: string): string[] {
  try {
    return fs.readdirSync(directory).sort();
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return [];
    throw error;
  }
}

export function ensureDirectory(directory: string, mode = 0o700): void {
  fs.mkdirSync(directory, { recursive: true, mode });
}

/** Removes a file where there is one. (`rmSync` would load a module.) */
export function removeFile(file: string): void {
  try {
    fs.unlinkSync(file);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
  }
}

/** Removes a folder with all that is in it; tries again where another process still writes there. */
export function removeTree(directory: string): void {
  unlessNoFolder(() => fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 }));
}

/** Removes a directory only where it is empty. @returns whether it is gone. */
export function removeEmptyDirectory(directory: string): boolean {
  try {
    fs.rmdirSync(directory);
    return true;
  } catch (error) {
    return systemCode(error) === 'ENOENT';
  }
}

export function renameFile(from: string, to: string): void {
  fs.renameSync(from, to);
}

/** @returns false where `from` is gone: another process took it first. */
export function claimByRename(from: string, to: string): boolean {
  try {
    fs.renameSync(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

export function copyFile(from: string, to: string): void {
  fs.copyFileSync(from, to);
}

export function setTimes(file: string, atime: Date, mtime: Date): void {
  fs.utimesSync(file, atime, mtime);
}

export function setMode(file: string, mode: number): void {
  fs.chmodSync(file, mode);
}

export function realPath(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}

/** Points the symbolic link `link` to `target`, replacing an older one in one step. */
export function replaceSymlink(target: string, link: string): void {
  const temp = siblingTempName(link);
  fs.symlinkSync(target, temp);
  fs.renameSync(temp, link);
}

/** Where a symbolic link leads, as it is written in it; undefined where there is none. */
export function linkTarget(link: string): string | undefined {
  try {
    return fs.readlinkSync(link);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL') return undefined;
    throw error;
  }
}

export function isWritable(directory: string): boolean {
  try {
    fs.accessSync(directory, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** What of a file tells that it changed, without reading it. Undefined where there is none. */
export function fileIdentity(file: string): { size: number; mtimeNs: string; regular: boolean } | undefined {
  try {
    const stat = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return { size: Number(stat.size), mtimeNs: String(stat.mtimeNs), regular: stat.isFile() };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOTDIR' || code === 'ELOOP' || code === 'EACCES') return undefined;
    throw error;
  }
}

/** Bytes an ordinary user can still write where `directory` lies; undefined where the system does not tell. */
export function freeBytes(directory: string): number | undefined {
  try {
    const stat = fs.statfsSync(directory);
    return stat.bavail * stat.bsize;
  } catch {
    return undefined;
  }
}

/** Gives `from` a second name. @returns false where `to` is taken. Both must lie on one file system. */
export function linkExclusive(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Whether two names are one file. */
export function isSameFile(a: string, b: string): boolean {
  const [left, right] = [a, b].map((file) => fs.statSync(file, { throwIfNoEntry: false, bigint: true }));
  return left !== undefined && right !== undefined && left.dev === right.dev && left.ino === right.ino;
}

/**
 * Puts a shorter text in the place of a file's content without needing new room on the disk. Not atomic: a reader
 * may meet the new text followed by a rest of the old one.
 */
export function overwriteShorter(file: string, text: string): void {
  const fd = fs.openSync(file, 'r+');
  try {
    const bytes = Buffer.from(text, 'utf8');
    fs.writeSync(fd, bytes, 0, bytes.length, 0);
    fs.ftruncateSync(fd, bytes.length);
  } finally {
    fs.closeSync(fd);
  }
}

/** Whether names in this directory can be hard-linked (not on exFAT and some network file systems). */
export function hasHardLinks(directory: string): boolean {
  const probe = siblingTempName(path.join(directory, 'probe'));
  try {
    fs.writeFileSync(probe, '', { flag: 'wx', mode: 0o600 });
    fs.linkSync(probe, `${probe}.2`);
    return fs.statSync(probe).nlink === 2;
  } catch {
    return false;
  } finally {
    removeFile(probe);
    removeFile(`${probe}.2`);
  }
}
