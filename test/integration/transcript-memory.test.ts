import { execFile, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BigTranscript, writeBigTranscript } from '../../scripts/bench/big-transcript.ts';
import { readTranscript } from '../../src/transcript/read.ts';
import { PROJECT_ROOT } from '../support/sandbox.ts';

const FULL = process.env.CLAUDE_HOOKS_FULL === '1';
const MEGABYTE = 1_000_000;
const scratch = fs.mkdtempSync(path.join(tmpdir(), 'transcript-memory-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
const file = path.join(scratch, 'session.jsonl');
const END = Date.UTC(2026, 10, 20);
let written: BigTranscript;

interface Measured {
  rss: number;
  totals: Record<string, number>;
  lines: number;
  damaged: number;
}

/** Reads the file by the library as it is built, in a process of its own. @returns its largest resident size in MB, and what it found. */
async function measure(options: object): Promise<Measured> {
  const script = path.join(scratch, 'read.mjs');
  fs.writeFileSync(
    script,
    `import { readFacts } from ${JSON.stringify(path.join(PROJECT_ROOT, 'dist/index.js'))};
     const { totals, lines, damaged } = readFacts(process.argv[2], JSON.parse(process.argv[3]));
     console.log(JSON.stringify({ rss: process.resourceUsage().maxRSS / 1024, totals, lines, damaged }));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script, file, JSON.stringify(options)], {
    env: { PATH: process.env.PATH },
  });
  return JSON.parse(stdout) as Measured;
}

beforeAll(() => {
  const record = {
    type: 'user',
    uuid: 'f48005ac-f30b-44fb-aeba-ffffffffffff',
    message: { role: 'user', content: 'x'.repeat(100 * MEGABYTE) },
  };
  written = writeBigTranscript(file, (FULL ? 1_000 : 200) * MEGABYTE, END, {
    firstLine: JSON.stringify(record),
  });
  const fd = fs.openSync(file, 'a');
  // Pictures, and results that are wide in memory.
  for (let index = 0; index < 12; index += 1) {
    const picture = { type: 'image', source: { type: 'base64', data: 'A'.repeat(7 * MEGABYTE) } };
    const content =
      index % 2 === 0 ? [{ type: 'text', text: 'Look at this' }, picture] : `→ ${'x'.repeat(7 * MEGABYTE)}`;
    fs.writeSync(
      fd,
      `${JSON.stringify({ type: 'user', timestamp: new Date(END).toISOString(), message: { role: 'user', content } })}\n`,
    );
  }
  fs.closeSync(fd);
});

describe('the memory of a process that reads a transcript', () => {
  it('stays below 80 MB, whatever the size of the file and of its lines, and misses nothing', async () => {
    const { rss, totals, lines, damaged } = await measure({});
    expect(rss).toBeLessThan(80);
    expect(totals).toMatchObject({
      prompts: written.prompts + 12,
      calls: written.calls,
      failedCalls: written.failedCalls,
      commands: written.commands,
      edits: written.edits,
    });
    expect(lines).toBe(written.records + 12);
    expect(damaged).toBe(1);
  });

  it('stays below 80 MB where only the last hours are read', async () => {
    const { rss, totals } = await measure({ since: END - 7_200_000 });
    expect(rss).toBeLessThan(80);
    expect(totals.prompts).toBeGreaterThan(12);
    expect(totals.prompts).toBeLessThan(written.prompts / 2);
  });
});

describe('a transcript that changes while it is read', () => {
  it.each(['grows', 'is cut off', 'is written anew', 'is replaced', 'becomes a pipe'])(
    '%s: what is there is read, and no more',
    async (how) => {
      const changing = path.join(scratch, 'changing.jsonl');
      fs.rmSync(changing, { force: true });
      writeBigTranscript(changing, 2 * MEGABYTE, END);
      const line = fs.readFileSync(changing, 'utf8').split('\n', 1)[0] ?? '';
      const deed = {
        grows: `fs.appendFileSync(file, ${JSON.stringify(line)} + '\\n')`,
        'is cut off': 'fs.truncateSync(file, Math.floor(Math.random() * 2e6))',
        'is written anew': `fs.writeFileSync(file, (${JSON.stringify(line)} + '\\n').repeat(1 + Math.random() * 3e3))`,
        'is replaced': `fs.writeFileSync(file + '.new', (${JSON.stringify(line)} + '\\n').repeat(1 + Math.random() * 3e3)); fs.renameSync(file + '.new', file)`,
        'becomes a pipe': `fs.rmSync(file, { force: true }); if (Math.random() < 0.5) cp.execFileSync('mkfifo', [file]); else fs.writeFileSync(file, (${JSON.stringify(line)} + '\\n').repeat(2e3))`,
      }[how];
      const script = `const fs = require('fs'), cp = require('child_process'), file = process.argv[1]; process.stdout.write('x'); for (let n = 0; n < 3e4; n++) { ${deed}; }`;
      const child = spawn(process.execPath, ['-e', script, changing], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      try {
        for (let round = 0; round < 20; round += 1) {
          const since = round % 3 === 0 ? { since: END - 1_000_000 } : {};
          const report = readTranscript(changing, () => {}, { results: 'light', ...since });
          expect(report.lines).toBeGreaterThanOrEqual(0);
          expect(readTranscript(changing, () => {}, { after: report.progress }).lines).toBeGreaterThanOrEqual(
            0,
          );
        }
      } finally {
        child.kill('SIGKILL');
      }
    },
  );
});
