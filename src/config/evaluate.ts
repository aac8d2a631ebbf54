import { HooksError } from '../errors.ts';
import { systemClock } from '../platform/clock.ts';
import { evaluateModule } from '../platform/sandbox.ts';
import { hashLocalImports } from './local-imports.ts';
import { isObject, type JsonObject } from './merge.ts';
import type { EvaluatedConfig } from './trust.ts';

const LIMIT_MS = 5_000;

/**
 * Evaluates an executable configuration, once, for a person who asked for it: it can read itself and its local
 * imports and nothing else (see `evaluateModule`), has five seconds, and gives JSON.
 * @throws HooksError where it fails, takes too long, gives no JSON object, or changes meanwhile.
 */
export async function evaluateConfig(file: string, root: string): Promise<EvaluatedConfig> {
  const files = hashLocalImports(file, root);
  const result = await evaluateModule(file, { files: Object.keys(files), timeoutMs: LIMIT_MS });
  if (result.kind === 'timed-out') throw refuse(file, `it took longer than ${LIMIT_MS / 1_000} s`);
  if (result.kind === 'typescript-unsupported') {
    throw refuse(file, 'this Node cannot read TypeScript (that needs Node 22.13 or newer)');
  }
  if (result.kind === 'failed') throw refuse(file, reason(result.stderr));
  const value = parse(result.text, file);
  if (JSON.stringify(hashLocalImports(file, root)) !== JSON.stringify(files)) {
    throw refuse(file, 'its files changed while it was evaluated');
  }
  return { file, files, value, at: new Date(systemClock()).toISOString() };
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
  if (lines.some((line) => line.includes('ERR_ACCESS_DENIED'))) {
    return 'it reads, writes or starts something other than itself and its local imports';
  }
  return (
    lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find((line) => line !== '') ?? 'it ended early'
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
