import * as path from 'node:path';
import { build } from 'esbuild';
import { PROJECT_ROOT } from './sandbox.ts';

/**
 * Bundles hook scripts as the build does, into `<folder>/hooks/`, so that a test needs no `dist/`.
 * @returns the folder, to be used as the runtime directory.
 */
export async function makeHookRuntime(folder: string, scripts: readonly string[]): Promise<string> {
  await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: scripts.map((name) => ({ in: `hooks/${name}.ts`, out: name })),
    outdir: path.join(folder, 'hooks'),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    define: { 'import.meta.url': '__importMetaUrl' },
    banner: { js: 'var __importMetaUrl=require("node:url").pathToFileURL(__filename).href;' },
    logLevel: 'error',
  });
  return folder;
}
