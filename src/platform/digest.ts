/**
 * Digests and unguessable names. The crypto module is loaded at the first call, not at import: it costs a fifth of a
 * Node start, and most hooks never need it.
 */
function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return crypto().createHash('sha256').update(data).digest('hex');
}

/** HMAC-SHA-256 as 64 hexadecimal digits. */
export function hmacSha256(key: string, data: string): string {
  return crypto().createHmac('sha256', key).update(data).digest('hex');
}

/** The name git gives an object; SHA-1 or SHA-256, as the repository has it. */
export function gitObjectName(algorithm: 'sha1' | 'sha256', type: string, body: Uint8Array): string {
  return crypto().createHash(algorithm).update(`${type} ${body.length}\0`).update(body).digest('hex');
}

export function randomHex(bytes: number): string {
  return crypto().randomBytes(bytes).toString('hex');
}
