/**
 * Builds `dist/`: each hook script as one CommonJS file and the command line as several (CommonJS starts a quarter
 * faster than ES modules), the library as ES modules with types, the doorbell and the schema.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';

const root = process.cwd();
const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const target = path.join(root, 'dist');
/** How long a piece of an earlier build stays, in milliseconds. */
const KEPT_MS = 5 * 60_000;
// Built aside and put in place at the end, so that whoever runs from dist/ meets an old or a new one, never half.
const dist = path.join(root, `.dist-${process.pid}`);
mkdirSync(path.join(dist, 'hooks'), { recursive: true });
process.on('exit', () => rmSync(dist, { recursive: true, force: true }));

const hookScripts = readdirSync(path.join(root, 'hooks')).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
);

/** Every `await import(...)` below the hooks; a test of the built files finds one that is missing here. */
const LAZY =
  /^(?:\.\/(?:context-file|load|compress|prune|archive-transcripts|recover-pending|state-source|session-partition|post-session|adopt|sessions\/(?:keep|variables)|template-context|template-follow|template-take-up|yaml-fields)\.ts|\.\/restore\/recover\.ts|\.\.\/src\/flows\/prompt-acts\/answer\.ts|zx\/core|simple-git|undici|node-notifier|yaml)$/;
const lazy = new Map<string, string>();

/**
 * What a hook imports lazily becomes a file of its own in `lib/`: Node compiles a bundle whole before it runs a line
 * of it, and most runs never need zod, zx or undici (22 of 65 ms of a session start, measured).
 */
const splitLazyImports: Plugin = {
  name: 'split-lazy-imports',
  setup(setup) {
    setup.onResolve({ filter: LAZY }, async ({ path: name, kind, resolveDir, importer, pluginData }) => {
      if (kind !== 'dynamic-import' || name.startsWith('node:') || pluginData === 'resolving')
        return undefined;
      const { path: file } = await setup.resolve(name, {
        kind,
        resolveDir,
        importer,
        pluginData: 'resolving',
      });
      const relative = path.relative(root, file).replace(/^node_modules\//, '');
      const out = `lib/${relative
        .replace(/\.[cm]?[jt]s$/, '')
        .replace(/^src\//, '')
        .replaceAll('/', '-')}`;
      lazy.set(file, out);
      return { path: `../${out}.cjs`, external: true };
    });
  },
};

/**
 * commander requires `child_process` for commands that are programs of their own, which claude-hooks has none of; loading it costs
 * a twentieth of a Node start, of every command.
 */
const noChildProcess: Plugin = {
  name: 'no-child-process',
  setup(setup) {
    setup.onLoad({ filter: /node_modules[\\/]commander[\\/]lib[\\/]command\.js$/ }, ({ path: file }) => {
      const line = "const childProcess = require('node:child_process');";
      const text = readFileSync(file, 'utf8');
      if (text.split(line).length !== 2) throw new Error(`${file} does not say ${line} any more`);
      const later = "{ spawn: (...args) => require('node:child_process').spawn(...args) }";
      return { contents: text.replace(line, `const childProcess = ${later};`), loader: 'js' };
    });
  },
};

const bundle: BuildOptions = {
  absWorkingDir: root,
  outdir: dist,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  // jsonc-parser's CommonJS form requires its parts by names a bundler cannot see.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Code that asks for it looks at __filename first.
  logOverride: { 'empty-import-meta': 'silent' },
};

await buildCommandLine();
await build({
  ...bundle,
  // `require` instead of `import()`: the ES module loader costs a quarter of a Node start.
  supported: { 'dynamic-import': false },
  plugins: [splitLazyImports],
  entryPoints: hookScripts.map((name) => ({
    in: `hooks/${name}`,
    out: name === 'bell.ts' ? 'bell' : `hooks/${path.basename(name, '.ts')}`,
  })),
});
const built = new Set<string>();
for (let open = [...lazy]; open.length > 0; open = [...lazy].filter(([file]) => !built.has(file))) {
  for (const [file] of open) built.add(file);
  await build({
    ...bundle,
    supported: { 'dynamic-import': false },
    plugins: [splitLazyImports],
    entryPoints: open.map(([file, out]) => ({ in: file, out })),
  });
}

await buildReplayPage();

if (existsSync(path.join(root, 'src/index.ts'))) {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/index.ts'],
    outfile: path.join(dist, 'index.js'),
    bundle: true,
    // What is a dependency of the package is loaded from there, everything else is inside.
    external: Object.keys(dependencies),
    // Bundled CommonJS packages require Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    mainFields: ['module', 'main'],
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'warning',
  });
  execFileSync(
    process.execPath,
    [
      path.join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      'tsconfig.build.json',
      '--outDir',
      path.join(dist, 'types'),
    ],
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
for (const name of ['schema.json', 'snapshot.schema.json']) {
  if (existsSync(path.join(root, name))) copyFileSync(path.join(root, name), path.join(dist, name));
}

if (!process.argv.includes('--fresh')) keepOldPieces();
const old = `${target}-old-${process.pid}`;
if (existsSync(target)) renameSync(target, old);
renameSync(dist, target);
rmSync(old, { recursive: true, force: true });

/**
 * The command line: `cli.cjs` and, in `cli/`, a piece for every set of modules that some commands share and others do
 * not. Each module is in one piece, so that it is there once in a process, and a command compiles only what it runs.
 * esbuild splits ES modules only; each piece is turned into CommonJS afterwards.
 */
async function buildCommandLine(): Promise<void> {
  const { outputFiles } = await build({
    ...bundle,
    entryPoints: [{ in: 'src/cli/main.ts', out: 'cli' }],
    format: 'esm',
    splitting: true,
    chunkNames: 'cli/[name]-[hash]',
    plugins: [noChildProcess],
    write: false,
  });
  for (const { path: file, text } of outputFiles) {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      minify: true,
      // As for the hooks: `require` instead of `import()`.
      supported: { 'dynamic-import': false },
      logOverride: { 'empty-import-meta': 'silent' },
    });
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
}

/**
 * The script and the style sheet that `replay --html` puts into its page, as they are: hashed by the page's policy, so
 * no character may change on the way, and free of what would end their elements.
 */
async function buildReplayPage(): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'src/replay/page/client/main.tsx', out: 'replay-page' },
      { in: 'src/replay/page/client/style/index.css', out: 'replay-page' },
    ],
    outdir: dist,
    bundle: true,
    platform: 'browser',
    target: ['chrome111', 'firefox113', 'safari16.2'],
    format: 'iife',
    charset: 'utf8',
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  for (const { path: file, text } of outputFiles) {
    if (/\r|<\/(?:script|style)|<!--/i.test(text)) throw new Error(`${file} cannot stand inside a page`);
    writeFileSync(file, text);
  }
}

/** A command that began with the last build may yet load a piece of it; a release is built with --fresh. */
function keepOldPieces(): void {
  const [from, to] = [path.join(target, 'cli'), path.join(dist, 'cli')];
  mkdirSync(to, { recursive: true });
  for (const name of existsSync(from) ? readdirSync(from) : []) {
    const [file, kept] = [path.join(from, name), path.join(to, name)];
    try {
      if (!existsSync(kept) && Date.now() - statSync(file).mtimeMs < KEPT_MS) linkSync(file, kept);
    } catch (error) {
      // Another build has put its own in place meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
