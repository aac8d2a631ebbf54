import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packedTarball, removeTarball } from '../support/pack.ts';
import { makeSandbox, PROJECT_ROOT, type RunResult, type Sandbox } from '../support/sandbox.ts';
import { publishedSchema } from '../support/snapshots.ts';

/** What a program of a user looks like. */
const PROGRAM = `
import { fileURLToPath } from 'node:url';
import {
  diffSnapshots,
  HooksError,
  listSnapshots,
  loadSnapshot,
  openWorkplace,
  resumeSnapshot,
  saveSnapshot,
  type Snapshot,
  type SnapshotFile,
  type SnapshotTodo,
  systemClock,
} from 'claude-hooks';

const runtime = fileURLToPath(new URL('.', import.meta.resolve('claude-hooks')));
const place = await openWorkplace({ cwd: process.cwd(), env: process.env, runtime, now: systemClock });
const todos: SnapshotTodo[] = [{ text: 'rank', status: 'pending' }];
const first: Snapshot = await saveSnapshot(place, { name: 'First', note: 'a note', state: { phase: 'one' }, todos });
const second = await saveSnapshot(place, { name: 'Second' });
const again: Snapshot = loadSnapshot(process.cwd(), first.id);
const added: SnapshotFile[] = again.files.filter((file) => file.status === 'added');
const { snapshots, skipped } = listSnapshots(place);
const difference = await diffSnapshots(place.repository, first, second);
const resume = await resumeSnapshot(place, again);
let code = '';
try {
  loadSnapshot(place, 'nothing like it');
} catch (error) {
  if (error instanceof HooksError) code = error.code;
}
console.log(JSON.stringify({
  same: JSON.stringify(first) === JSON.stringify(again),
  branch: again.branch?.toUpperCase(),
  added: added.map((file) => file.path),
  phase: again.state.phase,
  count: snapshots.length + skipped.length,
  removed: difference.todos.removed.map((todo) => todo.text),
  since: resume.since?.length,
  code,
}));
`;

/** Each line is a mistake the types have to find. */
const MISTAKES = [
  `saveSnapshot(place, { title: 'x' });`,
  `saveSnapshot(place, { name: 'x', state: { count: 1 } });`,
  `loadSnapshot(place, 'x').then(() => {});`,
  `loadSnapshot(place, 'x').files.some((file) => file.status === 'new');`,
  `loadSnapshot(place, 'x').branch.length;`,
  `loadSnapshot(7, 'x');`,
];

let sandbox: Sandbox;
let consumer: string;
beforeAll(() => {
  sandbox = makeSandbox();
  consumer = path.join(sandbox.root, 'consumer');
  const modules = path.join(consumer, 'node_modules');
  const own = path.join(modules, 'claude-hooks');
  fs.mkdirSync(path.join(modules, '@types'), { recursive: true });
  fs.mkdirSync(own);
  execFileSync('tar', ['-xzf', packedTarball(), '-C', own, '--strip-components=1']);
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(own, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), '@types/node'])
    fs.symlinkSync(path.join(PROJECT_ROOT, 'node_modules', name), path.join(modules, name));
  fs.writeFileSync(path.join(consumer, 'package.json'), '{ "type": "module" }');
});
afterAll(() => {
  sandbox.cleanup();
  removeTarball();
});

/** Compiles as strictly as a user may, declarations of the package included. */
function compile(file: string, source: string): Promise<RunResult> {
  fs.writeFileSync(path.join(consumer, file), source);
  const options = [
    '--strict',
    '--exactOptionalPropertyTypes',
    '--noUncheckedIndexedAccess',
    '--skipLibCheck',
    'false',
  ];
  const target = ['--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--outDir', 'out'];
  const compiler = path.join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc');
  return sandbox.run(process.execPath, [compiler, file, ...options, ...target], { cwd: consumer });
}

it('is used from the packed package by a typed program', async () => {
  expect(await compile('program.ts', PROGRAM)).toMatchObject({ stdout: '', code: 0 });
  sandbox.write('new.txt', 'new\n');
  const run = await sandbox.run(process.execPath, [path.join(consumer, 'out/program.js')]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(run.stdout)).toEqual({
    same: true,
    branch: 'MAIN',
    added: ['new.txt'],
    phase: 'one',
    count: 2,
    removed: ['rank'],
    since: 0,
    code: 'snapshot-unknown',
  });
  for (const name of sandbox.list('.claude/snapshots')) {
    const document: unknown = JSON.parse(sandbox.read(`.claude/snapshots/${name}`));
    expect(publishedSchema.safeParse(document).error).toBeUndefined();
  }
});

it('has types that find mistakes, each', async () => {
  const head = `import { loadSnapshot, saveSnapshot, type Workplace } from 'claude-hooks';\ndeclare const place: Workplace;\n`;
  const { stdout } = await compile('mistakes.ts', `${head}${MISTAKES.join('\n')}\n`);
  const lines = new Set([...stdout.matchAll(/mistakes\.ts\((\d+),/g)].map((match) => Number(match[1])));
  expect([...lines]).toEqual(MISTAKES.map((_line, at) => at + 3));
});

it('publishes its schema under the name of the package', async () => {
  const find = `console.log(import.meta.resolve('claude-hooks/snapshot.schema.json'))`;
  fs.writeFileSync(path.join(consumer, 'find.js'), find);
  const { stdout } = await sandbox.run(process.execPath, [path.join(consumer, 'find.js')]);
  const file = new URL(stdout.trim());
  const published = fs.readFileSync(path.join(PROJECT_ROOT, 'snapshot.schema.json'), 'utf8');
  expect(fs.readFileSync(file, 'utf8')).toBe(published);
});
