/**
 * Compressed bytes, and files written in pieces. The zlib module is loaded at the first call, not at import: hooks that
 * never compress do not pay for it.
 */
function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}

export function gzip(bytes: Uint8Array): Buffer {
  return zlib().gzipSync(bytes);
}

/** @returns undefined for what is damaged, no gzip, or larger than `limit` bytes when it is unpacked. */
export function gunzip(bytes: Uint8Array, limit: number): Buffer | undefined {
  try {
    return zlib().gunzipSync(bytes, { maxOutputLength: limit });
  } catch {
    return undefined;
  }
}
