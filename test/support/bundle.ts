import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { PROJECT_ROOT } from './sandbox.ts';

/**
 * Bundles TypeScript (given as text, imports relative to the project's root) into one CommonJS file that a separate
 * process can run on any supported Node. @param file where to put it.
 */
export function bundleScript(source: string, file: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  buildSync({
    stdin: { contents: source, resolveDir: PROJECT_ROOT, loader: 'ts' },
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    // jsonc-parser's CommonJS form requires its parts by names a bundler cannot see.
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return file;
}
