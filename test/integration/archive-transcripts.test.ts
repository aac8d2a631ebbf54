import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveTranscripts } from '../../src/flows/archive-transcripts.ts';
import { runWorker } from '../../src/flows/worker.ts';
import { openWorkplace, type Workplace } from '../../src/flows/workplace.ts';
import { clearArchiveDue, listArchiveDue, markArchiveDue } from '../../src/store/archive-due.ts';
import { archiveBytes } from '../../src/store/archive-size.ts';
import { appendRecord } from '../../src/store/journal.ts';
import { acquireLock } from '../../src/store/lock.ts';
import { openSpool, recordEvent } from '../../src/store/spool.ts';
import { unpacked } from '../support/archive.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, plainRepository } from '../support/repositories.ts';
import { makeSandbox, PROJECT_ROOT, runProcess } from '../support/sandbox.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

const DAY = 24 * 3_600_000;
let built: BuiltRepository;
let place: Workplace;
let folder: string;
useIsolatedProcess();
beforeEach(async () => {
  built = plainRepository();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-projects-'));
  place = await openWorkplace({ cwd: built.root, env: process.env, runtime: PROJECT_ROOT, now: Date.now });
  openSpool(place.state);
});
afterEach(() => {
  built.cleanup();
  fs.rmSync(folder, { recursive: true, force: true });
});

const lines = (count: number, text = 'hello'): string =>
  Array.from({ length: count }, (_, number) => `${JSON.stringify({ type: 'user', number, text })}\n`).join(
    '',
  );
function transcriptOf(session: string, text = lines(3)): string {
  const file = path.join(folder, `${session}.jsonl`);
  fs.writeFileSync(file, text);
  return file;
}
const copyOf = (session: string): string | undefined => unpacked(place.state, session)?.[`${session}.jsonl`];
const log = (): string => (fs.existsSync(place.state.log) ? fs.readFileSync(place.state.log, 'utf8') : '');

function end(session: string, transcript: string): void {
  recordEvent(
    place.state,
    'end',
    'self',
    JSON.stringify({
      hook_event_name: 'SessionEnd',
      session_id: session,
      transcript_path: transcript,
      cwd: built.root,
      reason: 'other',
    }),
  );
}

/** A session that is known, and was quiet for so long. */
function quiet(session: string, days: number, transcript = transcriptOf(session)): void {
  const file = path.join(place.state.sessions, `${session}.jsonl`);
  fs.mkdirSync(place.state.sessions, { recursive: true });
  appendRecord(file, { t: 1, type: 'prompt', transcript });
  const time = new Date(Date.now() - days * DAY);
  fs.utimesSync(file, time, time);
}

describe('a session that ended', () => {
  it('is archived by the worker, and again when it was resumed', async () => {
    const transcript = transcriptOf('one');
    end('one', transcript);
    await runWorker(place);
    expect(copyOf('one')).toBe(lines(3));
    expect(listArchiveDue(place.state)).toEqual([]);
    fs.appendFileSync(transcript, lines(2));
    // Later than the first end, and earlier than the second: records count in the order of their times.
    const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
    await tick();
    appendRecord(path.join(place.state.sessions, 'one.jsonl'), { t: Date.now(), type: 'start' });
    await tick();
    end('one', transcript);
    await runWorker(place);
    expect(copyOf('one')).toBe(lines(3) + lines(2));
  });

  it('is left to a detached worker where somebody waits', async () => {
    end('one', transcriptOf('one'));
    await runWorker(place, { foreground: true });
    expect(copyOf('one')).toBeUndefined();
    await runWorker(place);
    expect(copyOf('one')).toBe(lines(3));
  });

  it('waits where the time was not enough, and is gone on with', async () => {
    markArchiveDue(place.state, { session: 'one', transcript: transcriptOf('one') });
    await archiveTranscripts(place, 0);
    expect([copyOf('one'), listArchiveDue(place.state).length]).toEqual([undefined, 1]);
    await archiveTranscripts(place);
    expect([copyOf('one'), listArchiveDue(place.state).length]).toEqual([lines(3), 0]);
  });

  it('is not waited for twice where its transcript cannot be read or is none', async () => {
    const pipe = path.join(folder, 'dir.jsonl');
    fs.mkdirSync(pipe);
    markArchiveDue(place.state, { session: 'one', transcript: pipe });
    markArchiveDue(place.state, { session: 'two', transcript: '/etc/passwd' });
    markArchiveDue(place.state, { session: '../two', transcript: pipe });
    expect(listArchiveDue(place.state).map(({ session }) => session)).toEqual(['one']);
    await archiveTranscripts(place);
    expect(listArchiveDue(place.state)).toEqual([]);
  });
});

describe('a session that never ended', () => {
  it('is archived when it was quiet for a third of the time, whatever became of the others', async () => {
    quiet('old', 11);
    quiet('young', 9);
    quiet('deleted', 40, path.join(folder, 'deleted.jsonl'));
    await archiveTranscripts(place);
    expect([copyOf('old'), copyOf('young')]).toEqual([lines(3), undefined]);
    // Looked for once a day, and each journal is read once.
    quiet('late', 11);
    await archiveTranscripts(place);
    expect(copyOf('late')).toBeUndefined();
    const tomorrow = { ...place, now: () => Date.now() + 2 * DAY };
    fs.rmSync(path.join(place.state.archive, 'old'), { recursive: true });
    await archiveTranscripts(tomorrow);
    expect([copyOf('old'), copyOf('young')]).toEqual([undefined, lines(3)]);
  });

  it('is looked for sooner where the client deletes sooner', async () => {
    fs.mkdirSync(path.join(built.root, '.claude'), { recursive: true });
    fs.writeFileSync(path.join(built.root, '.claude/settings.json'), '{ "cleanupPeriodDays": 3 }');
    fs.symlinkSync('settings.local.json', path.join(built.root, '.claude/settings.local.json'));
    quiet('old', 1.5);
    quiet('looped', 1.5, path.join(folder, 'looped.jsonl'));
    fs.symlinkSync('looped.jsonl', path.join(folder, 'looped.jsonl'));
    await archiveTranscripts(place);
    expect(copyOf('old')).toBe(lines(3));
  });
});

it('writes nothing, and keeps what there is, where the configuration says no', async () => {
  end('one', transcriptOf('one'));
  await runWorker(place);
  place.resolved.config.transcripts.archive = false;
  const before = fs.readdirSync(place.state.archive, { recursive: true });
  end('two', transcriptOf('two'));
  quiet('old', 20);
  await runWorker(place);
  expect(fs.readdirSync(place.state.archive, { recursive: true })).toEqual(before);
  expect(copyOf('one')).toBe(lines(3));
});

it('stays within its size; the oldest copies go, and one line says which', async () => {
  place.resolved.config.transcripts.maxSize = '2KB';
  for (const [at, session] of ['a', 'b', 'c', 'd'].entries()) {
    const text = Array.from({ length: 150 }, (_, n) => ((n + at * 997) * 7_919).toString(36)).join(' ');
    const transcript = transcriptOf(session, lines(1, text));
    fs.utimesSync(transcript, new Date(1e12 + at * 1e6), new Date(1e12 + at * 1e6));
    markArchiveDue(place.state, { session, transcript });
    await archiveTranscripts(place);
    expect(archiveBytes(place.state)).toBeLessThanOrEqual(2_048);
  }
  expect([copyOf('a'), copyOf('d') === undefined]).toEqual([undefined, false]);
  expect(log().match(/went to stay within transcripts\.maxSize \(2KB\), the oldest first: a/g)).toHaveLength(
    1,
  );
});

it('lets one worker at a time do it, and the session is in the copy once', async () => {
  const worker = path.join(PROJECT_ROOT, 'dist/hooks/worker.cjs');
  const text = lines(20_000, 'x'.repeat(80));
  const sessions = ['a', 'b', 'c'];
  for (const session of sessions)
    markArchiveDue(place.state, { session, transcript: transcriptOf(session, text) });
  const run = (): Promise<unknown> =>
    runProcess(process.execPath, [worker, place.state.root, built.root], {
      env: process.env as Record<string, string>,
    });
  await Promise.all([run(), run(), run()]);
  for (const session of sessions) {
    expect(copyOf(session) === text).toBe(true);
    expect(fs.readdirSync(path.join(place.state.archive, session))).toHaveLength(1);
  }
  expect(listArchiveDue(place.state)).toEqual([]);
  const lock = acquireLock(place.state.locks, 'archive');
  markArchiveDue(place.state, { session: 'late', transcript: transcriptOf('late') });
  await archiveTranscripts(place);
  expect(copyOf('late')).toBeUndefined();
  lock?.release();
  clearArchiveDue(place.state, 'late');
}, 60_000);

it('knows the secrets of the environment and the patterns of the configuration, as it is built', async () => {
  const sandbox = makeSandbox();
  try {
    const secret = 'correct-horse-battery';
    sandbox.write('.claude-sessionrc.json', '{ "redact": { "patterns": ["ACME-[0-9]{6}"] } }');
    const at = await openWorkplace({
      cwd: sandbox.repo,
      env: sandbox.env,
      runtime: PROJECT_ROOT,
      now: Date.now,
    });
    openSpool(at.state);
    markArchiveDue(at.state, {
      session: 'one',
      transcript: transcriptOf('one', lines(2, `${secret} ACME-123456`)),
    });
    const run = await sandbox.run(
      process.execPath,
      [path.join(PROJECT_ROOT, 'dist/hooks/worker.cjs'), at.state.root, sandbox.repo],
      { env: { MY_TOKEN: secret } },
    );
    expect(run.code).toBe(0);
    expect(unpacked(at.state, 'one')?.['one.jsonl']).toBe(
      lines(2, '[redacted:environment] [redacted:custom]'),
    );
    // Said by status, and gone with everything else.
    const status = JSON.parse((await sandbox.cli(['status', '--json'])).stdout) as { archive: unknown };
    expect(status.archive).toEqual({ bytes: archiveBytes(at.state), limit: 500 * 1024 ** 2 });
    expect((await sandbox.cli(['status'])).stdout).toMatch(/Transcripts +copies of .* B, at most 500 MB/);
    await sandbox.cli(['install', '--scope', 'local', '--yes']);
    expect((await sandbox.cli(['uninstall', '--yes'])).code).toBe(0);
    expect(fs.existsSync(at.state.archive)).toBe(true);
    expect((await sandbox.cli(['uninstall', '--purge', '--yes'])).code).toBe(0);
    expect(fs.existsSync(at.state.archive)).toBe(false);
  } finally {
    sandbox.cleanup();
  }
}, 60_000);

it('waits for room on a full disk, with what is there whole', async (context) => {
  const disk = mountSmallDisk('256k', 'archiving transcripts on a full disk');
  if (!disk.mounted) {
    disk.remove();
    return context.skip();
  }
  try {
    const state = { ...place.state, archive: path.join(disk.folder, 'archive') };
    const at = { ...place, state };
    const first = transcriptOf('first');
    markArchiveDue(state, { session: 'first', transcript: first });
    await archiveTranscripts(at);
    const second = transcriptOf('second', lines(1, randomBytes(75 * 1024).toString('hex')));
    markArchiveDue(state, { session: 'second', transcript: second });
    const filler = path.join(disk.folder, 'filler');
    fs.writeFileSync(filler, Buffer.alloc(190 * 1024));
    await archiveTranscripts(at);
    expect(log()).toContain('session second was not archived: ENOSPC');
    expect(listArchiveDue(state).map(({ session }) => session)).toEqual(['second']);
    expect(unpacked(state, 'first')?.['first.jsonl']).toBe(lines(3));
    fs.rmSync(filler);
    await archiveTranscripts(at);
    expect(listArchiveDue(state)).toEqual([]);
    expect(unpacked(state, 'first')?.['first.jsonl']).toBe(lines(3));
    expect(
      fs.readdirSync(path.join(state.archive, 'second')).filter((name) => name.endsWith('.gz')),
    ).toHaveLength(1);
  } finally {
    disk.remove();
  }
});
