import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desktopObstacle } from '../../../src/platform/desktop.ts';

const root = path.resolve(import.meta.dirname, '../../..');
let folder: string;
let script: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'desktop-'));
  script = path.join(folder, 'dist/hooks/notify.cjs');
  // As scripts/build.ts bundles the hooks: node-notifier has to work from inside such a file.
  buildSync({
    stdin: {
      contents: `import { notifyDesktop } from './src/platform/desktop.ts';
        const started = Date.now();
        notifyDesktop({ title: process.argv[2], message: process.argv[3] }).then((result) => {
          console.log(JSON.stringify({ result, ms: Date.now() - started }));
        });`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile: script,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    define: { 'import.meta.url': '__importMetaUrl' },
    banner: { js: 'var __importMetaUrl=require("node:url").pathToFileURL(__filename).href;' },
    logLevel: 'error',
  });
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

interface Outcome {
  result: string;
  ms: number;
  /** Arguments of the notification program, if it was run. */
  seen: string[] | undefined;
  totalMs: number;
}

/** Runs the bundle in its own process with a `notify-send` of our own, or none. */
function run(
  program: string | undefined,
  title: string,
  message: string,
  env: Record<string, string> = { DISPLAY: ':9' },
): Outcome {
  const bin = fs.mkdtempSync(path.join(folder, 'bin-'));
  const record = path.join(bin, 'seen');
  if (program !== undefined)
    fs.writeFileSync(
      path.join(bin, 'notify-send'),
      `#!/bin/sh\nprintf '%s\\0' "$@" >'${record}'\n${program}\n`,
      { mode: 0o755 },
    );
  for (const tool of ['sh', 'sleep', 'touch'])
    fs.symlinkSync(
      execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
      path.join(bin, tool),
    );
  const started = Date.now();
  const child = spawnSync(process.execPath, [script, title, message], {
    env: { PATH: bin, HOME: folder, ...env },
    cwd: bin,
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(child.stderr).toBe('');
  const { result, ms } = JSON.parse(child.stdout) as { result: string; ms: number };
  const seen = fs.existsSync(record) ? fs.readFileSync(record, 'utf8').split('\0').slice(0, -1) : undefined;
  return { result, ms, seen, totalMs: Date.now() - started };
}

describe.runIf(process.platform === 'linux')('notifyDesktop from a bundle', () => {
  it('hands title and message to notify-send', () => {
    const { result, seen } = run('exit 0', 'demo: API error', 'rate limit');
    expect(result).toBe('shown');
    expect(seen?.slice(0, 2)).toEqual(['demo: API error', 'rate limit']);
  });

  it('lets no text run a command, become an option or hide something', () => {
    const evil = '--help $(touch pwned) `touch pwned` "; touch pwned #\n\u001b[31m<b>\u202e';
    const { result, seen } = run('exit 0', '-u critical', evil);
    expect(result).toBe('shown');
    expect(seen?.[0]).toBe('· -u critical');
    expect(seen?.[1]).toBe('· --help $(touch pwned) `touch pwned` "; touch pwned # \\x1b[31m&lt;b>\\u{202e}');
    expect(
      fs.readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('pwned')),
    ).toEqual([]);
  });

  it('kills a notifier that hangs, after about a second, and does not wait for its children', () => {
    const { result, ms, totalMs } = run('sleep 30', 't', 'm');
    expect(result).toBe('failed');
    expect(ms).toBeGreaterThanOrEqual(990);
    expect(totalMs).toBeLessThan(15_000);
  });

  it('is quiet where the program is missing or fails', () => {
    expect(run(undefined, 't', 'm')).toMatchObject({ result: 'failed', seen: undefined });
    expect(run('echo no >&2; exit 1', 't', 'm').result).toBe('failed');
  });

  it.each([[{}], [{ DISPLAY: ':9', CI: 'true' }], [{ DISPLAY: ':9', SSH_CONNECTION: '1 2 3 4' }]])(
    'does nothing with %j',
    (env) => {
      expect(run('exit 0', 't', 'm', env)).toMatchObject({ result: 'no-desktop', seen: undefined });
    },
  );
});

describe('desktopObstacle', () => {
  it('names the reason', () => {
    expect(desktopObstacle({ DISPLAY: ':0' }, 'linux')).toBeUndefined();
    expect(desktopObstacle({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBeUndefined();
    expect(desktopObstacle({ WSL_DISTRO_NAME: 'Debian' }, 'linux')).toBeUndefined();
    expect(desktopObstacle({}, 'darwin')).toBeUndefined();
    expect(desktopObstacle({}, 'linux')).toContain('DISPLAY');
    expect(desktopObstacle({ SSH_TTY: '/dev/pts/1' }, 'darwin')).toContain('SSH');
    expect(desktopObstacle({ CI: '1' }, 'win32')).toContain('CI');
  });
});
