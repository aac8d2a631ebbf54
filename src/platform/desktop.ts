import { chmodSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { exists } from './fs.ts';
import { visible } from './terminal.ts';

export interface DesktopMessage {
  title: string;
  message: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const LIMIT_MS = 1_000;
const LONGEST = 500;

/** Why no desktop notification can be shown here; undefined where one can. Looks only at variables and platform. */
export function desktopObstacle(
  env: Env = process.env,
  platform: string = process.platform,
): string | undefined {
  const set = (name: string): boolean => env[name] !== undefined && env[name] !== '';
  if (set('CI') && env.CI !== 'false') return 'this is a CI job';
  if (set('SSH_CONNECTION') || set('SSH_TTY')) return 'this is an SSH session';
  if (platform === 'darwin' || platform === 'win32' || set('WSL_DISTRO_NAME')) return undefined;
  if (!set('DISPLAY') && !set('WAYLAND_DISPLAY')) return 'there is no desktop session (no DISPLAY)';
  return undefined;
}

/**
 * Shows a desktop notification through node-notifier (loaded only where there is a desktop). Never throws and takes
 * at most about a second: a notifier program that hangs is killed. Text is sanitised and cut to 500 characters.
 * @returns `no-desktop` on SSH, in CI and where no graphical session is; `failed` where the program is missing or
 * fails.
 */
export async function notifyDesktop(
  message: DesktopMessage,
  env: Env = process.env,
): Promise<'shown' | 'no-desktop' | 'failed'> {
  if (desktopObstacle(env) !== undefined) return 'no-desktop';
  try {
    return (await show(message, env)) ? 'shown' : 'failed';
  } catch {
    return 'failed';
  }
}

async function show({ title, message }: DesktopMessage, env: Env): Promise<boolean> {
  const [{ subscribe, unsubscribe }, library] = await Promise.all([
    import('node:diagnostics_channel'),
    import('node-notifier'),
  ]);
  const children: Killable[] = [];
  // node-notifier keeps its child process to itself, so it is caught where Node announces new processes.
  const onProcess = (event: unknown): void => void children.push((event as { process: Killable }).process);
  return new Promise((resolve) => {
    const finish = (shown: boolean): void => {
      clearTimeout(timer);
      resolve(shown);
    };
    const timer = setTimeout(() => {
      for (const child of children) letGo(child);
      finish(false);
    }, LIMIT_MS);
    subscribe('child_process', onProcess);
    try {
      notifierFor(library.default, env).notify(
        { title: clean(title), message: clean(message), timeout: 5 },
        (error) => finish(!error),
      );
    } catch {
      finish(false);
    } finally {
      unsubscribe('child_process', onProcess);
    }
  });
}

interface Killable {
  kill(signal: 'SIGKILL'): boolean;
  unref(): void;
  stdout?: { destroy(): void } | null;
  stderr?: { destroy(): void } | null;
}

/** Ends a hanging program, and holds this process up no longer where its children live on. */
function letGo(child: Killable): void {
  child.kill('SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

type Library = typeof import('node-notifier');

/**
 * The bundled library cannot find its own programs (it looks beside its source file), so their place is given.
 * Unbundled it finds them itself.
 */
function notifierFor(library: Library, env: Env): InstanceType<Library['NotifySend']> {
  if (process.platform === 'darwin') {
    const program = 'mac.noindex/terminal-notifier.app/Contents/MacOS/terminal-notifier';
    return new library.NotificationCenter({ customPath: vendorProgram(program) });
  }
  if (process.platform === 'win32' || env.WSL_DISTRO_NAME) {
    const program = `snoreToast/snoretoast-x${process.arch === 'ia32' ? '86' : '64'}.exe`;
    return new library.WindowsToaster({ customPath: vendorProgram(program) });
  }
  return new library.NotifySend({});
}

/** A program in `vendor`, which lies beside the bundle (`dist/cli.cjs`) or one level up (`dist/hooks/worker.cjs`). */
function vendorProgram(name: string): string | undefined {
  // The bundles are CommonJS, the library is an ES module.
  const here = path.dirname(typeof __filename === 'string' ? __filename : fileURLToPath(import.meta.url));
  const file = [path.join(here, 'vendor', name), path.join(here, '..', 'vendor', name)].find(exists);
  if (file === undefined || process.platform === 'win32') return file;
  try {
    // An archive may have lost the mode, without which the notifier fails for good.
    chmodSync(file, 0o755);
  } catch {
    // Not ours to change (a global install): it is executable already, or the notifier says so by failing.
  }
  return file;
}

/**
 * Safe for a command line and for desktops that read markup: nothing starts with a dash (an option of notify-send),
 * no control characters, no tags.
 */
function clean(text: string): string {
  const shown = Array.from(visible(text).replace(/\s+/g, ' ').trim()).slice(0, LONGEST).join('');
  const escaped = process.platform === 'linux' ? shown.replace(/&/g, '&amp;').replace(/</g, '&lt;') : shown;
  return /^[-]/.test(escaped) || escaped === '' ? `· ${escaped}` : escaped;
}
