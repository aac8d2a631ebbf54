import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCli } from '../../src/cli/cli.ts';
import { writeReplayPage } from '../../src/cli/commands/replay/write-page.ts';
import { openerFor, openWithDesktop } from '../../src/platform/open-file.ts';
import { runKilled, writeShim } from '../support/kill-at.ts';
import { smallReplay } from '../support/replays.ts';
import { makeSandbox, PROJECT_ROOT } from '../support/sandbox.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

let folder: string;
let said: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'replay-html-'));
  said = '';
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

const cliIn = (cwd: string, runtime = path.join(PROJECT_ROOT, 'dist')) =>
  createCli({
    cwd,
    env: process.env,
    runtime,
    stdinTty: false,
    stdoutTty: false,
    columns: 80,
    write: () => {},
    warn: (text) => {
      said += text;
    },
    exit: () => {},
  });
const write = (html: string, more: { force?: boolean; open?: boolean } = {}): Promise<string> =>
  writeReplayPage(cliIn(folder), smallReplay(), { html, open: false, ...more });

describe('writing a replay as a page', () => {
  it('makes one file, for its owner alone, and says where', async () => {
    const file = await write('replay.html');
    expect(file).toBe(path.join(folder, 'replay.html'));
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(fs.readdirSync(folder)).toEqual(['replay.html']);
    expect(said).toMatch(/^Written: .*replay\.html \(\d+ kB\)\n$/);
  });

  it('weighs at most 300 kB without what is recorded', async () => {
    const file = await writeReplayPage(
      cliIn(folder),
      { session: 's', transcript: undefined, remarks: [], steps: [] },
      { html: 'empty.html', open: false },
    );
    expect(fs.statSync(file).size).toBeGreaterThan(50_000);
    expect(fs.statSync(file).size).toBeLessThanOrEqual(300_000);
  });

  it('leaves a file that is there, unless told otherwise', async () => {
    const file = path.join(folder, 'notes.html');
    fs.writeFileSync(file, 'mine');
    await expect(write('notes.html')).rejects.toMatchObject({ code: 'file-exists', kind: 'conflict' });
    expect(fs.readFileSync(file, 'utf8')).toBe('mine');
    await write('notes.html', { force: true });
    expect(fs.readFileSync(file, 'utf8')).toContain('<!doctype html>');
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  it('does not take a link that leads nowhere for a free name', async () => {
    fs.symlinkSync(path.join(folder, 'elsewhere'), path.join(folder, 'link.html'));
    await expect(write('link.html')).rejects.toMatchObject({ code: 'file-exists' });
    expect(fs.readdirSync(folder)).toEqual(['link.html']);
  });

  it('says where nothing can be written', async () => {
    await expect(write('missing/replay.html')).rejects.toMatchObject({ code: 'page-folder' });
    await expect(write('.', { force: true })).rejects.toMatchObject({ code: 'page-folder' });
    await expect(
      writeReplayPage(cliIn(folder, folder), smallReplay(), { html: 'a.html', open: false }),
    ).rejects.toMatchObject({ code: 'runtime-incomplete' });
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing behind on a full disk, and the old page whole', async () => {
    const disk = mountSmallDisk('64k', 'a replay page on a full disk');
    try {
      if (!disk.mounted) return;
      const file = path.join(disk.folder, 'old.html');
      fs.writeFileSync(file, 'old');
      await expect(write(file, { force: true })).rejects.toMatchObject({
        code: 'page-not-written',
        hint: expect.stringContaining('Make room'),
      });
      await expect(write(path.join(disk.folder, 'new.html'))).rejects.toMatchObject({
        code: 'page-not-written',
      });
      expect(fs.readdirSync(disk.folder)).toEqual(['old.html']);
      expect(fs.readFileSync(file, 'utf8')).toBe('old');
    } finally {
      disk.remove();
    }
  });
});

describe('a page whose writer is killed', () => {
  it('is the old one or the new one at every moment', async () => {
    const shim = writeShim(folder);
    const file = path.join(folder, 'page.html');
    // As built: what writes it, and nothing that runs before.
    const script = path.join(folder, 'write.mjs');
    const { build } = await import('esbuild');
    await build({
      stdin: {
        contents: `import { writeFileAtomic } from './src/platform/fs.ts';
          writeFileAtomic(${JSON.stringify(file)}, 'new'.repeat(100_000), { mode: 0o600 });`,
        resolveDir: PROJECT_ROOT,
      },
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    const count = path.join(folder, 'count');
    fs.writeFileSync(file, 'old');
    await runKilled(['--require', shim, script], { cwd: folder, env: { COUNT_FILE: count } });
    const calls = Number(fs.readFileSync(count, 'utf8'));
    expect(calls).toBeGreaterThan(4);
    const seen = new Set<string>();
    for (let at = 1; at <= calls; at += 1) {
      fs.writeFileSync(file, 'old');
      await runKilled(['--require', shim, script], { cwd: folder, env: { KILL_AT: String(at) } });
      seen.add(fs.readFileSync(file, 'utf8'));
    }
    expect([...seen].map((text) => text.slice(0, 3)).sort()).toEqual(['new', 'old']);
    expect([...seen].map((text) => text.length).sort()).toEqual([3, 300_000]);
  });
});

describe('asking for a page', () => {
  it('has to name its file, and does not play in the terminal', async () => {
    const sandbox = makeSandbox();
    try {
      for (const args of [['--open'], ['--force'], ['--html', 'a.html', '--speed', '2'], ['--html', '']]) {
        const { code, stderr } = await sandbox.cli(['replay', 'latest', ...args]);
        expect([code, stderr]).toEqual([2, expect.stringContaining('--html')]);
      }
    } finally {
      sandbox.cleanup();
    }
  });
});

describe('opening the page', () => {
  it('hands it to the program of the desktop, by its whole name', async () => {
    const shown = path.join(folder, 'shown');
    fs.writeFileSync(path.join(folder, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$1" > '${shown}'\n`, {
      mode: 0o755,
    });
    const before = process.env.PATH;
    process.env.PATH = `${folder}:${before}`;
    try {
      const file = await write('-a page.html', { open: true });
      await expect
        .poll(() => fs.existsSync(shown) && fs.readFileSync(shown, 'utf8'), { timeout: 30_000 })
        .toBe(file);
      expect(said).not.toContain('could not');
    } finally {
      process.env.PATH = before;
    }
  });

  it('says why it could not, and has written it all the same', async () => {
    const before = process.env.PATH;
    process.env.PATH = folder;
    try {
      const file = await write('page.html', { open: true });
      expect(fs.existsSync(file)).toBe(true);
      expect(said).toContain('It could not be opened: there is no xdg-open here.');
      fs.writeFileSync(path.join(folder, 'xdg-open'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
      expect(await openWithDesktop('/x', 'linux', 30_000)).toBe('xdg-open ended with 3');
    } finally {
      process.env.PATH = before;
    }
  });

  it.each([
    ['darwin', ['open', '/a b']],
    ['win32', ['explorer.exe', '/a b']],
    ['linux', ['xdg-open', '/a b']],
  ])('on %s runs %j', (platform, command) => {
    expect(openerFor('/a b', platform)).toEqual(command);
  });
});
