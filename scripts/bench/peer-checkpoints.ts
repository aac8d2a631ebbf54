import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { smallTree } from './checkpoints.ts';
import { CLI, env, NODE, quote, type Row, session, timeInShell } from './harness.ts';

const OURS = 'checkpoint save, 300 files, 4 changed';
const NAMES = ['ccheckpoint@1.0.1', '@cline/core@0.0.86'];

/** Checkpoints of other tools on the same tree of 300 files, installed from npm without their install scripts. */
export function peerCheckpointRows(): Row[] {
  const cache = path.resolve('node_modules/.cache/bench-checkpoints');
  mkdirSync(cache, { recursive: true });
  if (!existsSync(path.join(cache, 'node_modules/ccheckpoint'))) {
    writeFileSync(path.join(cache, 'package.json'), '{"private":true}');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
    execFileSync('npm', ['install', ...flags, ...NAMES], { cwd: cache, stdio: 'ignore' });
  }
  const ours = smallTree('peer-ours');
  return [
    {
      name: OURS,
      against: 'node -e 0',
      before: ours.change,
      run: () => timeInShell(`exec ${CLI} checkpoint save`, 1, { cwd: ours.folder }),
    },
    ccheckpoint(cache),
    cline(cache),
  ].map((row) => (row.name === OURS ? row : { ...row, rounds: 5 }));
}

/** Its hook of a prompt, as its own installer registers it. */
function ccheckpoint(cache: string): Row {
  const { folder, change } = smallTree('peer-ccheckpoint');
  const event = {
    session_id: session,
    cwd: folder,
    hook_event_name: 'UserPromptSubmit',
    transcript_path: '/none',
    prompt: 'x',
  };
  return {
    name: 'ccheckpoint 1.0.1, hook, 300 files, 4 changed',
    against: OURS,
    before: change,
    run: () =>
      timeInShell(`exec ${NODE} ${quote(path.join(cache, 'node_modules/ccheckpoint/dist/cli.js'))} hook`, 1, {
        cwd: folder,
        env: { ...env, CLAUDE_PROJECT_DIR: folder },
        input: `${JSON.stringify(event)}\n`,
      }),
  };
}

/**
 * The function that makes its checkpoints is not exported: a copy of its bundle with one more export is loaded, and its
 * own hook is called as its agent loop does. Only that call is timed, not its start and the import of 1.1 MB.
 */
function cline(cache: string): Row {
  const { folder, change } = smallTree('peer-cline');
  const dist = path.join(cache, 'node_modules/@cline/core/dist');
  const bundle = readFileSync(path.join(dist, 'index.js'), 'utf8');
  const name = /function (\w+)\(\$\)\{\w+\(\);let [^{}]*=async\(\)=>\{if\(\w+===!0\)return!0;try\{/.exec(
    bundle,
  )?.[1];
  if (name === undefined)
    throw new Error('the checkpoint function of @cline/core was not found in its bundle');
  writeFileSync(
    path.join(dist, 'with-checkpoints.js'),
    `${bundle}\nexport { ${name} as createCheckpointHooks };\n`,
  );
  const driver = path.join(cache, 'drive-cline.mjs');
  writeFileSync(
    driver,
    `import { createCheckpointHooks } from ${JSON.stringify(path.join(dist, 'with-checkpoints.js'))};
let saved;
const hooks = createCheckpointHooks({ cwd: process.cwd(), sessionId: 'bench', readSessionMetadata: async () => undefined,
  writeSessionMetadata: (metadata) => { saved = metadata.checkpoint.latest; } });
const messages = [{ role: 'user', content: [{ type: 'text', text: 'x' }] }];
const begun = process.hrtime.bigint();
await hooks.beforeModel({ snapshot: { iteration: 1, messages } });
const ms = Number(process.hrtime.bigint() - begun) / 1e6;
if (saved?.kind !== 'stash') { console.error('no checkpoint was made', saved); process.exit(1); }
console.log(ms);
process.exit(0);
`,
  );
  // Without an identity it falls back to HEAD and saves nothing.
  const identity = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'Bench'],
      [`GIT_${who}_EMAIL`, 'bench@example.com'],
    ]),
  );
  return {
    name: '@cline/core 0.0.86, its checkpoint call alone, 300 files, 4 changed',
    against: OURS,
    before: change,
    run: () =>
      Number(
        execFileSync(process.execPath, [driver], {
          cwd: folder,
          env: { ...env, ...identity },
          encoding: 'utf8',
        }).trim(),
      ),
  };
}
