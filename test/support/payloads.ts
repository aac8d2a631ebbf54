import * as fs from 'node:fs';
import * as path from 'node:path';

const FOLDER = path.resolve(import.meta.dirname, '../fixtures/claude-code');

export interface CapturedPayload {
  /** File name without its ending: `SessionStart-startup`. */
  name: string;
  event: string;
  payload: Record<string, unknown>;
}

/** Every payload that was captured from a real client, one a variant of an event. */
export function capturedPayloads(): CapturedPayload[] {
  const folder = path.join(FOLDER, 'payloads');
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const payload = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as Record<string, unknown>;
      return { name: path.basename(name, '.json'), event: String(payload.hook_event_name), payload };
    });
}

/** One captured payload as the client sends it: a single line with a newline at its end. */
export function payloadLine(name: string, changes: Record<string, unknown> = {}): string {
  const text = fs.readFileSync(path.join(FOLDER, 'payloads', `${name}.json`), 'utf8');
  return `${JSON.stringify({ ...(JSON.parse(text) as Record<string, unknown>), ...changes })}\n`;
}
