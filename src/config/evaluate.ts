import { randomBytes } from 'node:crypto';
import * as nodeModule from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { HooksError } from '../errors.ts';
import { systemClock } from '../platform/clock.ts';
import { realPath } from '../platform/fs.ts';
import { runNodeIsolated } from '../platform/process.ts';
import { hashLocalImports } from './local-imports.ts';
import { isObject, type JsonObject } from './merge.ts';
import type { EvaluatedConfig } from './trust.ts';

const LIMIT_MS = 5_000;

/** Runs in the child: prints the default export as JSON, after a mark that tells it from what the file prints. */
const PROGRAM = `
const [url, mark] = process.argv.slice(1);
const module = await import(url);
const value = module.default?.default ?? module.default;
const text = JSON.stringify(value, (key, item) => {
  if (typeof item === 'function' || typeof item === 'symbol' || typeof item === 'bigint') {
    throw new TypeError('"' + key + '" is a ' + typeof item + ', which JSON does not have');
  }
  return item;
});
process.stdout.write('\\n' + mark + text + '\\n', () => process.exit(0));
`;

/**
 * Evaluates an executable configuration, once, for a person who asked for it: in a child Node without
 * environment, under Node's permission model, so that it can read itself and its local imports and nothing
 * else, write nothing and start nothing; five seconds at most; the result is JSON.
 * Not covered by Node's permission model before Node 25: network access.
 * @throws HooksError where it fails, takes too long or gives no JSON object.
 */
export async function evaluateConfig(file: string, root: string): Promise<EvaluatedConfig> {
  const files = hashLocalImports(file, root);
  const mark = randomBytes(12).toString('hex');
  const args = [...nodeFlags(Object.keys(files), file), '--input-type=module', '--eval', PROGRAM];
  const result = await runNodeIsolated([...args, pathToFileURL(realPath(file)).href, mark], {
    cwd: path.parse(file).root,
    env: {},
    timeoutMs: LIMIT_MS,
  });
  if (result.timedOut) throw refuse(file, `it took longer than ${LIMIT_MS / 1_000} s`);
  const start = result.stdout.lastIndexOf(`\n${mark}`);
  if (result.code !== 0 || start < 0) throw refuse(file, reason(result.stderr));
  const value = parse(result.stdout.slice(start + 1 + mark.length), file);
  if (JSON.stringify(hashLocalImports(file, root)) !== JSON.stringify(files)) {
    throw refuse(file, 'its files changed while it was evaluated');
  }
  return { file, files, value, at: new Date(systemClock()).toISOString() };
}

function nodeFlags(files: string[], file: string): string[] {
  const known = process.allowedNodeEnvironmentFlags;
  const permission = known.has('--permission') ? '--permission' : '--experimental-permission';
  const typed = files.some((name) => name.endsWith('.ts'));
  if (typed && !('stripTypeScriptTypes' in nodeModule)) {
    throw refuse(file, 'this Node cannot read TypeScript (it needs Node 22.13)');
  }
  const strip = typed && known.has('--experimental-strip-types') ? ['--experimental-strip-types'] : [];
  return [permission, ...files.map((name) => `--allow-fs-read=${name}`), ...strip, '--no-warnings'];
}

function parse(text: string, file: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(file, 'it has no default export that is an object');
  }
  if (!isObject(value)) throw refuse(file, 'its default export is not an object');
  return value;
}

/** The line of Node's report that names the error. */
function reason(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const denied = lines.find((line) => line.includes('ERR_ACCESS_DENIED'));
  if (denied !== undefined)
    return 'it reads, writes or starts something other than itself and its local imports';
  return (
    lines.find((line) => /^(?:\w*Error)\b/.test(line)) ??
    lines.find((line) => line !== '') ??
    'it ended early'
  );
}

function refuse(file: string, why: string): HooksError {
  return new HooksError({
    code: 'config-not-evaluated',
    kind: 'config',
    message: `This configuration could not be evaluated: ${why}`,
    hint: 'Write it as JSON or YAML (.claude-sessionrc.json), which needs no evaluation.',
    file,
  });
}
