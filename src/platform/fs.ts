import * as fs from 'node:fs';
import * as path from 'node:path';
import { systemCode } from '../errors.ts';

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

export function statIfExists(file: string): fs.Stats | undefined {
  return fs.statSync(file, { throwIfNoEntry: false });
}

export function lstatIfExists(file: string): fs.Stats | undefined {
  return fs.lstatSync(file, { throwIfNoEntry: false });
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
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
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

export function removeTree(directory: string): void {
  fs.rmSync(directory, { recursive: true, force: true });
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

export function isWritable(directory: string): boolean {
  try {
    fs.accessSync(directory, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first line of standard input (an event is one JSON line), or what came before the deadline; an input
 * that stays open after the line, or that never sends one, does not hold the caller up.
 * @param limitBytes reading stops once this much has arrived without a newline.
 */
export function readStdinLine(limitBytes: number, deadlineMs: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let total = 0;
    const finish = (): void => {
      clearTimeout(timer);
      process.stdin.pause();
      process.stdin.removeAllListeners();
      process.stdin.unref?.();
      resolve(Buffer.concat(chunks));
    };
    const timer = setTimeout(finish, deadlineMs);
    process.stdin.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      total += chunk.length;
      if (total > limitBytes || isWholeDocument(chunks, chunk)) finish();
    });
    process.stdin.on('end', finish);
    process.stdin.on('error', finish);
  });
}

function isWholeDocument(chunks: Buffer[], last: Buffer): boolean {
  if (last[last.length - 1] !== 0x0a) return false;
  try {
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/**
 * Calls `onLine` with each line of a file, its number (from 1) and its byte offset, reading in chunks, so that
 * memory is bounded by the longest line kept. A line over `maxLineBytes` is reported as undefined.
 * A missing file has no lines, nor has what is no regular file: a device never ends, a pipe may never begin.
 */
export function readLines(
  file: string,
  onLine: (line: Buffer | undefined, number: number, offset: number) => void,
  options: { maxLineBytes?: number; from?: number } = {},
): void {
  const limit = options.maxLineBytes ?? 32 * 1024 * 1024;
  if (statIfExists(file)?.isFile() !== true) return;
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return;
    throw error;
  }
  try {
    const chunk = Buffer.alloc(256 * 1024);
    let pending: Buffer[] = [];
    let pendingBytes = 0;
    let dropped = false;
    let position = options.from ?? 0;
    let lineStart = position;
    let number = 0;
    const emit = (tail: Buffer, end: number): void => {
      number += 1;
      const line = pending.length === 0 ? tail : Buffer.concat([...pending, tail]);
      onLine(dropped ? undefined : line, number, lineStart);
      pending = [];
      pendingBytes = 0;
      dropped = false;
      lineStart = end;
    };
    for (;;) {
      const length = fs.readSync(fd, chunk, 0, chunk.length, position);
      if (length === 0) break;
      let start = 0;
      for (let at = chunk.indexOf(0x0a, 0); at !== -1 && at < length; at = chunk.indexOf(0x0a, start)) {
        emit(chunk.subarray(start, at), position + at + 1);
        start = at + 1;
      }
      if (start < length) {
        pendingBytes += length - start;
        if (pendingBytes > limit) {
          dropped = true;
          pending = [];
        } else pending.push(Buffer.from(chunk.subarray(start, length)));
      }
      position += length;
    }
    if (pendingBytes > 0) emit(Buffer.alloc(0), position);
  } finally {
    fs.closeSync(fd);
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

/** The first line of standard input, blocking; loads no module. For where a stream is too dear. */
export function readStdinLineSync(): Buffer {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    const length = readChunk(chunk);
    const end = chunk.subarray(0, length).indexOf(0x0a);
    chunks.push(Buffer.from(chunk.subarray(0, end === -1 ? length : end + 1)));
    if (length === 0 || end !== -1) return Buffer.concat(chunks);
  }
}

function readChunk(chunk: Buffer): number {
  for (;;) {
    try {
      return fs.readSync(0, chunk, 0, chunk.length, null);
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') return 0;
    }
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
