import * as path from 'node:path';
import { appendLine, ensureDirectory, readTextIfExists } from '../platform/fs.ts';
import { redactValue } from '../redact/redact.ts';

/** What every journal record has: `t` in milliseconds since 1970 and `type`. */
export interface JournalRecord {
  t: number;
  type: string;
  [field: string]: unknown;
}

/**
 * Appends one record as one JSON line with one write, after redaction. Fifty processes may append to one
 * journal at once: no line is lost or torn.
 */
export function appendRecord(file: string, record: JournalRecord): void {
  const line = JSON.stringify(redactValue(record));
  try {
    appendLine(file, line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    ensureDirectory(path.dirname(file));
    appendLine(file, line);
  }
}

/** All readable records in order. Torn and damaged lines are skipped and counted, never fatal. */
export function readRecords(file: string): { records: JournalRecord[]; damaged: number } {
  const records: JournalRecord[] = [];
  let damaged = 0;
  for (const line of (readTextIfExists(file) ?? '').split('\n')) {
    if (line.trim() === '') continue;
    const record = parseRecord(line);
    if (record === undefined) damaged += 1;
    else records.push(record);
  }
  return { records, damaged };
}

/** A line of a journal; undefined where it is none. */
export function parseRecord(line: string): JournalRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const { t, type } = value as { t?: unknown; type?: unknown };
    return typeof t === 'number' && typeof type === 'string' ? (value as JournalRecord) : undefined;
  } catch {
    return undefined;
  }
}
