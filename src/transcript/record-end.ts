/** The fields that the client writes last, behind what a record is about. A cost among them has to be read. */
const END =
  /,"userType":"\w+"(?:,"entrypoint":"[^"\\]*")?,"cwd":"([^"]*)","sessionId":"[^"\\]{1,80}","version":"[^"\\]{1,40}"(?:,"(?!costUSD")\w+":(?:"[^"\\]*"|true|false|null|[\d.]+))*\}$/;
const LONGEST = 2_000;

/** How a whole record ends. */
export interface RecordEnd {
  bytes: Buffer;
  /** The client's folder. */
  cwd: string;
}

/** That of the record before: as long as folder, branch and client stay the same, so does this. */
let before: RecordEnd | undefined;

/** The last fields of a record, in which the whole of it ends; undefined where the line does not end so. */
export function recordEnd(line: Buffer): RecordEnd | undefined {
  const from = line.length - (before?.bytes.length ?? 0);
  if (before !== undefined && from > 0 && line.compare(before.bytes, 0, before.bytes.length, from) === 0)
    return before;
  const found = END.exec(line.toString('latin1', Math.max(0, line.length - LONGEST), line.length));
  const cwd = found === null ? undefined : decoded(found[1] ?? '');
  if (found === null || cwd === undefined) return undefined;
  before = { bytes: Buffer.from(found[0], 'latin1'), cwd };
  return before;
}

/** A JSON text without its quotes, read as latin1; undefined where it is none. A copy, which keeps no line in memory. */
export function decoded(text: string): string | undefined {
  const words = Buffer.from(text, 'latin1').toString('utf8');
  if (!words.includes('\\')) return words;
  try {
    return String(JSON.parse(`"${words}"`));
  } catch {
    return undefined;
  }
}
