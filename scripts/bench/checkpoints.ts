import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { base, CLI, gitIn, quote, type Row, repository, timeInShell } from './harness.ts';

const STATUS = 'git --no-optional-locks status --porcelain';
/** The plainest checkpoint there is: copy the index, add, write, commit, keep by a ref. */
const PLUMBING = [
  'rm -f .git/raw-index && cp -p .git/index .git/raw-index && export GIT_INDEX_FILE=.git/raw-index',
  'git -c core.hooksPath=/dev/null add -A',
  'tree=$(git write-tree)',
  'commit=$(git -c user.name=raw -c user.email=raw@localhost commit-tree $tree -p HEAD -m raw)',
  'git update-ref refs/raw/1 $commit',
].join(' && ');

let counter = 0;
const fileOf = (number: number): string => `src/d${number % 100}/f${number}.ts`;

/** Gives `count` files of a repository a content they never had. */
function touch(folder: string, count: number, from = 0): void {
  counter += 1;
  for (let file = from; file < from + count; file += 1)
    writeFileSync(path.join(folder, fileOf(file)), `export const value${file} = ${counter};\n`);
}

const words = (files: number): string => `${files.toLocaleString('en')} files`;
const save = (folder: string): number => timeInShell(`exec ${CLI} checkpoint save`, 1, { cwd: folder });

/** What checkpoints cost. `large` adds 100,000 files. */
export function checkpointRows(large: boolean): Row[] {
  return [
    ...[1_000, 10_000, ...(large ? [100_000] : [])].flatMap((files) => steadyRows(files)),
    ...[1_000, 10_000, ...(large ? [100_000] : [])].flatMap((files) => firstRows(files)),
    ...restoreRows(large ? 100_000 : 10_000),
    listRow(),
  ];
}

function steadyRows(files: number): Row[] {
  const folder = repository(`steady-${files}`, files, 2);
  const other = repository(`status-${files}`, files, 2);
  const status = `git status, ${words(files)}, 1 changed`;
  const rounds = files >= 100_000 ? 5 : undefined;
  touch(other, 1);
  return [
    {
      name: status,
      against: 'node -e 0',
      rounds,
      run: () => timeInShell(`exec ${STATUS}`, 2, { cwd: other }),
    },
    {
      name: `checkpoint, nothing changed, ${words(files)}`,
      against: [
        { row: status, times: 1.5 },
        { row: 'node -e 0', times: 1 },
      ],
      goal: 1,
      rounds,
      run: () => save(folder),
    },
    {
      name: `checkpoint, 1 file changed, ${words(files)}`,
      against: [
        { row: status, times: 2 },
        { row: 'node -e 0', times: 1 },
      ],
      goal: 1,
      rounds,
      before: () => touch(folder, 1),
      run: () => save(folder),
    },
  ];
}

function firstRows(files: number): Row[] {
  const folder = repository(`first-${files}`, files, 2);
  const raw = repository(`raw-${files}`, files, 2);
  const name = `raw plumbing in a shell, 10 % of ${words(files)} changed`;
  const rounds = files >= 100_000 ? 3 : files >= 10_000 ? 7 : undefined;
  return [
    {
      name,
      against: 'node -e 0',
      rounds,
      before: () => touch(raw, files / 10),
      run: () => timeInShell(PLUMBING, 1, { cwd: raw }),
    },
    {
      name: `first checkpoint, 10 % of ${words(files)} changed`,
      against: name,
      goal: 1.2,
      rounds,
      before: () => {
        touch(folder, files / 10);
        rmSync(path.join(folder, '.git/claude-hooks/indexes'), { recursive: true, force: true });
      },
      run: () => save(folder),
    },
  ];
}

function restoreRows(files: number): Row[] {
  const folder = repository(`restore-${files}`, files, 2);
  const plain = repository(`checkout-${files}`, files, 2);
  const changed = Math.min(1_000, files / 10);
  for (const name of ['a', 'b']) {
    touch(folder, changed);
    timeInShell(`${CLI} checkpoint save ${name}`, 1, { cwd: folder });
    gitIn(plain, ['checkout', '-q', '-B', name]);
    touch(plain, changed);
    gitIn(plain, ['commit', '-q', '-a', '-m', name]);
  }
  let [ours, theirs] = ['a', 'a'];
  const rounds = files >= 100_000 ? 7 : undefined;
  const what = `${changed.toLocaleString('en')} of ${words(files)}`;
  return [
    {
      name: `git checkout, ${what}`,
      against: 'node -e 0',
      rounds,
      run: () => timeInShell(`exec git checkout -q ${theirs}`, 1, { cwd: plain }),
      after: () => {
        theirs = theirs === 'a' ? 'b' : 'a';
      },
    },
    {
      name: `restore, ${what}`,
      against: `git checkout, ${what}`,
      goal: 2,
      rounds,
      run: () => timeInShell(`exec ${CLI} checkpoint restore ${ours} --yes`, 1, { cwd: folder }),
      after: () => {
        ours = ours === 'a' ? 'b' : 'a';
      },
    },
  ];
}

function listRow(): Row {
  const folder = repository('list', 20, 2);
  timeInShell(`${CLI} checkpoint save pattern`, 1, { cwd: folder });
  const ref = gitIn(folder, ['for-each-ref', '--format=%(refname)', 'refs/claude-hooks/checkpoints/']).trim();
  const message = gitIn(folder, ['log', '-1', '--format=%B', ref]);
  const id = ref.slice(ref.lastIndexOf('/') + 1);
  const lines: string[] = [];
  for (let number = 0; number < 10_000; number += 1) {
    const own = `${id}${String(number).padStart(5, '0')}`;
    const text = message.replaceAll(id, own);
    lines.push(
      `commit refs/claude-hooks/checkpoints/${own}\ncommitter Bench <bench@example.com> ${1_700_000_000 + number} +0000\ndata ${Buffer.byteLength(text)}\n${text}\nfrom refs/heads/main^0`,
    );
  }
  gitIn(folder, ['fast-import', '--quiet'], `${lines.join('\n')}\n`);
  const out = path.join(base, 'list.txt');
  return {
    name: 'list of 10,000 checkpoints',
    against: 'node -e 0',
    goalMs: 300,
    run: () => timeInShell(`${CLI} checkpoint list --limit 20000 >${quote(out)}`, 1, { cwd: folder }),
    after: () => {
      const count = readFileSync(out, 'utf8').split('\n').length;
      if (count < 10_000) throw new Error(`only ${count} lines were listed`);
    },
  };
}

/** For other tools: a working tree of 300 files, and a change to it. */
export function smallTree(name: string): { folder: string; change(): void } {
  const folder = repository(name, 300, 2);
  mkdirSync(path.join(folder, 'more'), { recursive: true });
  return {
    folder,
    change: () => {
      touch(folder, 3);
      appendFileSync(path.join(folder, 'more/new.txt'), `${counter}\n`);
    },
  };
}
