import { systemCode } from '../errors.ts';

// A bundled namespace import copies every property, which makes newer Nodes load what the lazy ones stand for.
const fs = process.getBuiltinModule('node:fs');

/** No such name; what cannot be opened by a name at all, such as a socket or a circle of links. */
const NO_FILE = new Set(['ENOENT', 'ENOTDIR', 'ENXIO', 'ELOOP', 'ENAMETOOLONG']);

/**
 * Opens a regular file for reading. A device never ends and a pipe may never begin: they are not opened, nor waited for,
 * not even where one takes the file's place in this moment.
 * @returns a file descriptor the caller closes; undefined where there is no regular file of that name.
 */
export function openRegular(file: string): number | undefined {
  let fd: number;
  try {
    // Windows has no such flag, and no such files.
    fd = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (NO_FILE.has(systemCode(error) ?? '')) return undefined;
    throw error;
  }
  if (fs.fstatSync(fd).isFile()) return fd;
  fs.closeSync(fd);
  return undefined;
}

/** Size in bytes and time of the last change of a regular file; undefined where there is none of that name. */
export function statRegular(file: string): { size: number; mtimeMs: number } | undefined {
  try {
    const stat = fs.statSync(file);
    return stat.isFile() ? { size: stat.size, mtimeMs: stat.mtimeMs } : undefined;
  } catch (error) {
    if (NO_FILE.has(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}
