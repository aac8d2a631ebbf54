import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { redactValue } from '../../src/redact/redact.ts';
import { archiveBytes } from '../../src/store/archive-size.ts';
import { statePaths } from '../../src/store/paths.ts';
import { archive, eventsOf, SMALL, unpacked } from '../support/archive.ts';
import { bundleScript } from '../support/bundle.ts';
import { killPoints, runKilledAt, writeKillPreload } from '../support/kill-points.ts';

const STEP = process.env.CLAUDE_HOOKS_FULL === '1' ? 1 : 12;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-archive-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const SCRIPT = `
  import { openRoom } from './src/store/archive-size.ts';
  import { statePaths } from './src/store/paths.ts';
  import { archiveTranscript } from './src/store/transcript-archive.ts';
  const [root, limit, ...transcripts] = process.argv.slice(2);
  const state = statePaths(root);
  const room = openRoom(state, Number(limit));
  for (const transcript of transcripts)
    archiveTranscript(state, { session: transcript.replace(/.*\\/|\\.jsonl$/g, ''), transcript, key: 'key', room,
      isLate: () => false, sizes: ${JSON.stringify(SMALL)} });
`;

const record = (number: number): string =>
  `${JSON.stringify({ type: 'user', number, message: { content: `password="Tr0ub4dor&${number}x" ${'y'.repeat(80)}` } })}\n`;
const records = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => record(from + at)).join('');
const redacted = (text: string): string =>
  text.replace(/[^\n]+/g, (line) => JSON.stringify(redactValue(JSON.parse(line))));

it('loses and doubles no line, whenever it is killed: a copy that grows, one made anew, one that takes the room of another', async () => {
  const preload = writeKillPreload(folder);
  const script = bundleScript(SCRIPT, path.join(folder, 'archive.cjs'));
  const template = path.join(folder, 'template');
  const old = path.join(folder, 'old.jsonl');
  const one = path.join(folder, 'one.jsonl');
  const agent = path.join(folder, 'one/subagents/agent-a.jsonl');
  fs.mkdirSync(path.dirname(agent), { recursive: true });
  fs.writeFileSync(agent, records(0, 6));
  fs.writeFileSync(agent.replace('.jsonl', '.meta.json'), '{"agentType":"x"}');
  fs.writeFileSync(old, records(0, 9));
  fs.utimesSync(old, new Date(1e12), new Date(1e12));
  fs.writeFileSync(one, records(0, 12));
  const templateState = statePaths(path.join(template, 'state'));
  archive(templateState, old, { sizes: SMALL });
  archive(templateState, one, { sizes: SMALL });
  const grown = statePaths(path.join(folder, 'grown'));
  fs.cpSync(templateState.root, grown.root, { recursive: true, preserveTimestamps: true });
  fs.appendFileSync(one, records(12, 30));
  archive(grown, one, { sizes: SMALL });
  const before = redacted(records(0, 12));
  const stages = [
    { name: 'grows', text: records(0, 30), limit: 1e9, oldGoes: false },
    { name: 'made anew', text: records(50, 60), limit: 1e9, oldGoes: false },
    { name: 'makes room', text: records(0, 30), limit: archiveBytes(grown) - 10, oldGoes: true },
  ];
  for (const { name, text, limit, oldGoes } of stages) {
    fs.writeFileSync(one, text);
    const root = path.join(folder, 'state');
    const state = statePaths(root);
    const reset = (): void => {
      fs.rmSync(root, { recursive: true, force: true });
      fs.cpSync(templateState.root, root, { recursive: true, preserveTimestamps: true });
    };
    reset();
    const args = [root, String(limit), one];
    const { calls, code } = await runKilledAt(preload, script, args, undefined);
    expect(code, name).toBe(0);
    const whole = unpacked(state, 'one');
    expect(whole?.['one.jsonl'], name).toBe(redacted(text));
    expect(unpacked(state, 'old') === undefined, name).toBe(oldGoes);
    for (const point of killPoints(calls, STEP)) {
      const where = `${name} ${JSON.stringify(point)}`;
      reset();
      const run = await runKilledAt(preload, script, args, point);
      const copy = unpacked(state, 'one')?.['one.jsonl'] ?? '';
      // Whole lines from the beginning, of the old or of the new one.
      expect(copy.startsWith(before) || copy === redacted(text), where).toBe(true);
      expect(redacted(text).startsWith(copy) || copy === before, where).toBe(true);
      const kept = unpacked(state, 'old')?.['old.jsonl'];
      expect([redacted(records(0, 9)), ...(oldGoes ? [undefined] : [])], where).toContain(kept);
      const noted = archiveBytes(state);
      const actual = sizeOf(root);
      expect(actual, where).toBeLessThanOrEqual(noted);
      if (run.code === null) await runKilledAt(preload, script, args, undefined);
      expect(unpacked(state, 'one'), where).toEqual(whole);
      expect(
        fs.readdirSync(path.join(state.archive, 'one')).filter((entry) => entry.startsWith('.')),
      ).toEqual([]);
    }
  }
  expect(eventsOf(one).report.damaged).toBe(0);
}, 600_000);

/** Bytes of the copies themselves. */
function sizeOf(root: string): number {
  const top = path.join(root, 'archive');
  return fs
    .readdirSync(top)
    .filter((session) => !session.startsWith('.'))
    .flatMap((session) =>
      fs.readdirSync(path.join(top, session)).map((name) => path.join(top, session, name)),
    )
    .filter((file) => !path.basename(file).startsWith('.'))
    .reduce((sum, file) => sum + fs.statSync(file).size, 0);
}
