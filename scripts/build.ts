/**
 * Builds `dist/`: each hook script and the command line as one CommonJS file (CommonJS starts a quarter faster
 * than ES modules), the library as ES modules with types, the doorbell and the schema.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { build } from 'esbuild';

const root = process.cwd();
const dist = path.join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
mkdirSync(path.join(dist, 'hooks'), { recursive: true });

const hookScripts = readdirSync(path.join(root, 'hooks')).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
);

await build({
  absWorkingDir: root,
  entryPoints: [
    ...hookScripts.map((name) => ({ in: `hooks/${name}`, out: `hooks/${path.basename(name, '.ts')}` })),
    { in: 'src/cli/main.ts', out: 'cli' },
  ],
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  define: { 'import.meta.url': '__importMetaUrl' },
  banner: { js: 'var __importMetaUrl=require("node:url").pathToFileURL(__filename).href;' },
  logLevel: 'warning',
});

if (existsSync(path.join(root, 'src/index.ts'))) {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/index.ts'],
    outfile: 'dist/index.js',
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'warning',
  });
  execFileSync(
    process.execPath,
    [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    { cwd: root, stdio: 'inherit' },
  );
}

for (const name of readdirSync(path.join(root, 'hooks')).filter((entry) => entry.endsWith('.sh'))) {
  copyFileSync(path.join(root, 'hooks', name), path.join(dist, name));
  chmodSync(path.join(dist, name), 0o755);
}
chmodSync(path.join(dist, 'cli.cjs'), 0o755);
cpSync(path.join(root, 'presets'), path.join(dist, 'presets'), { recursive: true });
cpSync(path.join(root, 'node_modules/node-notifier/vendor'), path.join(dist, 'vendor'), { recursive: true });
