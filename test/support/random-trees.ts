import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import type { BuiltRepository } from './repositories.ts';

/** Few names, so that files, folders and links take each other's place. */
const NAMES = ['a', 'b', 'dir', 'x y', '-n', 'ü', 'q"\'\\', 'nl\n', 'ign.log', ':(top)z', '*'];
const pathOf = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'));
const content = fc.oneof(
  fc.constantFrom('', 'one\n', 'two\n', 'a\r\nb\r\n', '\0\x01'),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
/** What a person or a program might do next to a tree. */
export const edit = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), path: pathOf, content }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bytes' as const), path: pathOf, content }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mode' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('link' as const), path: pathOf, to: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), path: pathOf, to: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('touch' as const), path: pathOf }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('ignore' as const),
      path: fc.constantFrom('', 'dir/'),
      rules: fc.constantFrom('*.log\n', 'a\n', 'dir/\n', '!a\n', ''),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stage' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('force' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('untrack' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flag' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('branch' as const) }) },
);
export type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function entryAt(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file);
  } catch {
    return undefined;
  }
}

/** Does what a person or a program might do to a tree; what cannot be done is not done. */
export function apply(built: BuiltRepository, step: Edit): void {
  const at = (name: string): string => path.join(built.root, name);
  const makeWay = (file: string): void => {
    for (let folder = path.dirname(file); folder !== built.root; folder = path.dirname(folder)) {
      if (entryAt(folder)?.isDirectory() === false) fs.rmSync(folder);
    }
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.rmSync(file, { recursive: true, force: true });
  };
  switch (step.do) {
    case 'write':
      makeWay(at(step.path));
      fs.writeFileSync(at(step.path), step.content);
      break;
    case 'bytes': {
      makeWay(at(step.path));
      fs.writeFileSync(Buffer.concat([Buffer.from(at(step.path)), Buffer.from([0xff, 0xc3])]), step.content);
      break;
    }
    case 'remove':
      if (entryAt(at(step.path))) fs.rmSync(at(step.path), { recursive: true });
      break;
    case 'mode':
      if (entryAt(at(step.path))?.isFile()) fs.chmodSync(at(step.path), 0o755);
      break;
    case 'link':
      makeWay(at(step.path));
      fs.symlinkSync(step.to, at(step.path));
      break;
    case 'rename':
      if (
        fs.existsSync(at(step.path)) &&
        !`${step.to}/`.startsWith(`${step.path}/`) &&
        !`${step.path}/`.startsWith(`${step.to}/`)
      ) {
        makeWay(at(step.to));
        if (fs.existsSync(at(step.path))) fs.renameSync(at(step.path), at(step.to));
      }
      break;
    case 'touch':
      if (fs.existsSync(at(step.path))) fs.utimesSync(at(step.path), new Date(0), new Date(0));
      break;
    case 'ignore':
      if (step.path === '' || entryAt(at(step.path))?.isDirectory()) {
        fs.writeFileSync(at(`${step.path}.gitignore`), step.rules);
      }
      break;
    case 'stage':
      built.tryGit('--literal-pathspecs', 'add', '--', step.path);
      break;
    case 'force':
      built.tryGit('--literal-pathspecs', 'add', '-f', '--', step.path);
      break;
    case 'untrack':
      built.tryGit('--literal-pathspecs', 'rm', '-r', '-q', '--cached', '--', step.path);
      break;
    case 'flag':
      // Git would commit old content of such a file; the expected tree is computed without the mark.
      built.tryGit('update-index', '--assume-unchanged', '--', step.path);
      break;
    case 'commit':
      built.tryGit('commit', '-q', '--allow-empty', '-m', 'commit');
      break;
    case 'branch':
      if (!built.tryGit('checkout', '-q', 'other')) built.tryGit('checkout', '-q', '-b', 'other');
      else built.tryGit('checkout', '-q', 'main');
      break;
  }
}
