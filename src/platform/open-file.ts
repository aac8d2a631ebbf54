/** How long a program may take to fail, in milliseconds; one that still runs then has begun to show the file. */
const FAILS_WITHIN_MS = 400;

/**
 * Shows a file with the program the desktop has for its kind, which lives on after this process. Never rejects.
 * @param file absolute. @returns why it could not; undefined where it was handed over.
 */
export async function openWithDesktop(
  file: string,
  platform: string = process.platform,
  failsWithinMs: number = FAILS_WITHIN_MS,
): Promise<string | undefined> {
  const [program, ...args] = openerFor(file, platform);
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: 'ignore', windowsHide: true });
    const timer = setTimeout(() => finish(undefined), failsWithinMs);
    const finish = (obstacle: string | undefined): void => {
      clearTimeout(timer);
      child.unref();
      resolve(obstacle);
    };
    child.on('error', (error: NodeJS.ErrnoException) =>
      finish(error.code === 'ENOENT' ? `there is no ${program} here` : `${program} does not start`),
    );
    // Explorer ends with 1 whatever it did.
    const good = (code: number | null): boolean => code === 0 || platform === 'win32';
    child.on('exit', (code) => finish(good(code) ? undefined : `${program} ended with ${code}`));
  });
}

/** The program and its arguments. An absolute path is no option, and no shell reads it. */
export function openerFor(file: string, platform: string): [string, ...string[]] {
  if (platform === 'darwin') return ['open', file];
  // `start` is a word of cmd alone, which would read the name; this program takes it as it is.
  if (platform === 'win32') return ['explorer.exe', file];
  return ['xdg-open', file];
}
