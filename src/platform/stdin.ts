import { systemCode } from '../errors.ts';

// A bundled namespace import copies every property, which makes newer Nodes load what the lazy ones stand for.
const fs = process.getBuiltinModule('node:fs');

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
