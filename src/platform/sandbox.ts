import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { realPath } from './fs.ts';

export type Evaluated =
  | { kind: 'json'; text: string }
  /** The module threw, could not be loaded, or ended the process; with what Node printed. */
  | { kind: 'failed'; stderr: string }
  | { kind: 'timed-out' }
  /** This Node cannot read the kind of file. */
  | { kind: 'typescript-unsupported' };

/**
 * Evaluates the default export of a module to JSON in a child Node without environment, under Node's permission
 * model: it can read `files` (real paths; the module among them) and nothing else, write nothing, start nothing
 * and load no native code. Killed at the limit; what it leaves running dies with it. Never rejects.
 * Network access is not covered by the permission model before Node 25.
 */
export async function evaluateModule(
  module: string,
  options: { files: readonly string[]; timeoutMs: number },
): Promise<Evaluated> {
  const typed = options.files.some((file) => file.endsWith('.ts'));
  if (typed && !('stripTypeScriptTypes' in (await import('node:module'))))
    return { kind: 'typescript-unsupported' };
  const known = process.allowedNodeEnvironmentFlags;
  const strip = typed && known.has('--experimental-strip-types') ? ['--experimental-strip-types'] : [];
  const mark = randomBytes(12).toString('hex');
  const args = [
    known.has('--permission') ? '--permission' : '--experimental-permission',
    ...options.files.map((file) => `--allow-fs-read=${file}`),
    ...strip,
    '--no-warnings',
    '--input-type=module',
    '--eval',
    program(pathToFileURL(realPath(module)).href, mark),
  ];
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      {
        // A folder of nobody's: nothing is looked up beside the module by way of the working directory.
        cwd: path.parse(tmpdir()).root,
        env: {},
        timeout: options.timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 4 * 1024 * 1024,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        const start = stdout.lastIndexOf(`\n${mark}`);
        if (error === null && start >= 0)
          resolve({ kind: 'json', text: stdout.slice(start + 1 + mark.length) });
        else if (error?.killed === true && error.signal === 'SIGKILL') resolve({ kind: 'timed-out' });
        else resolve({ kind: 'failed', stderr });
      },
    );
    child.stdin?.end();
  });
}

/** Prints the default export as JSON after a mark, which tells it from what the module itself prints. */
function program(url: string, mark: string): string {
  return `
const module = await import(${JSON.stringify(url)});
const value = module.default?.default ?? module.default;
const text = JSON.stringify(value, (key, item) => {
  if (typeof item === 'function' || typeof item === 'symbol' || typeof item === 'bigint') {
    throw new TypeError('"' + key + '" is a ' + typeof item + ', which JSON does not have');
  }
  return item;
});
process.stdout.write('\\n${mark}' + text + '\\n', () => process.exit(0));
`;
}
