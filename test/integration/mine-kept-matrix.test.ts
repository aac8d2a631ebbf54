import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOut } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { copyScene, type MineResult, type Scene, startScene } from '../support/mine-kept.ts';
import { linesOf, partsOf, play } from '../support/mine-kept-story.ts';
import { emptyFolder } from '../support/repositories.ts';

/**
 * Who changed what since the checkpoint, and what `restore --mode mine-kept` makes of it.
 *
 * `S` is the session, `P` the person, `C` the checkpoint at the end of a turn, `B` the one before a risky command.
 *
 *   S edit f 2     the Edit tool puts `S2` in the place of line 2 of f      (its text before is in the transcript)
 *   S write f 2    the same by the Write tool                              (the same)
 *   S agent f 2    the same by a sub-agent's Edit tool                     (its transcript has no text before)
 *   S rewrite f 2  the same by a sub-agent's Write tool                    (the same)
 *   S sed f 2      the same by a command that names the file               (seen only through checkpoints)
 *   S format f 2   the same by a command that names no file                (the same)
 *   P edit f 8     the person's editor puts `P8` in the place of line 8, and by `again` `Q8`
 *
 * The third column says how the files stand afterwards: `=` all as in the checkpoint; `f 8=P8` as in the checkpoint
 * but for that line; `f 2=<P2|2>` conflict markers around yours and what was there before the session; `n A B` a file
 * of these lines; `f gone`; `q like f`; `run 755` its mode. What is not named is as in the checkpoint. The fourth
 * column lists the conflicts: path and kind; the fifth the beginning of each sentence the person is told.
 */
const TABLE = `
neither
  nothing                                         |                                             | =                     |                 | No change
  only commands that read                         | S run npm test; C                           | =                     |                 | No change

only the session, with its tools
  edit                                            | S edit f 2                                  | =                     |                 |
  two edits                                       | S edit f 2; S edit f 5                      | =                     |                 |
  the same line twice                             | S edit f 2; S write f 2                     | =                     |                 |
  whole file                                      | S write f 2                                 | =                     |                 |
  sub-agent, edit                                 | S agent f 2                                 | =                     |                 |
  sub-agent, whole file                           | S rewrite f 2                               | =                     |                 |
  large file, edit                                | S edit big 2; S edit big 900                | =                     |                 |
  large file, whole                               | S write big 700                             | =                     |                 |
  line ends of Windows                            | S edit crlf 2; S write crlf 5               | =                     |                 |
  mixed line ends                                 | S edit mixed 2                              | =                     |                 |
  bytes that are no UTF-8                         | S edit latin 2                              | =                     |                 |
  add                                             | S add n                                     | =                     |                 |
  add in a new folder, then edit                  | S add new/n; S edit new/n 2                 | =                     |                 |
  edit before a checkpoint and after it           | S edit f 2; C; S edit f 5                   | =                     |                 |

only the session, with commands
  edit                                            | S sed f 2; C                                | =                     |                 | Undone as
  edit, no checkpoint since                       | S sed f 2                                   | =                     |                 | Undone as
  edit by a command that names no file            | S format f 2; C                             | =                     |                 | Undone as
  the same, no checkpoint since: kept             | S format f 2                                | f 2=S2                |                 | No change; Kept as yours
  add                                             | S touch n; C                                | =                     |                 | Undone as
  delete                                          | S rm f; C                                   | =                     |                 | Undone as
  delete a folder                                 | S rm dir; C                                 | =                     |                 | Undone as
  rename                                          | S mv f r; C                                 | =                     |                 | Undone as
  mode                                            | S chmod run; C                              | =                     |                 | Undone as
  binary                                          | S binary; C                                 | =                     |                 | Undone as
  link                                            | S link; C                                   | =                     |                 | Undone as
  a link in the place of a file                   | S rm f; S ln f; C                           | =                     |                 | Undone as
  a folder in the place of a file                 | S rm f; S touch f/x; C                      | =                     |                 | Undone as
  a file in the place of a folder                 | S rm dir; S touch dir; C                    | =                     |                 | Undone as
  edit, then rename                               | S edit f 2; S mv f r; C                     | =                     |                 | Undone as
  edit, then command, then edit                   | S edit f 2; S sed f 5; S edit f 8; C        | =                     |                 | Undone as
  add, then make it executable                    | S add n; S chmod n                          | =                     |                 |
  by a sub-agent                                  | S agentsed f 2; C                           | =                     |                 | Undone as

only the person
  edit                                            | P edit f 8                                  | f 8=P8                |                 | No change
  edit, then a checkpoint                         | P edit f 8; C                               | f 8=P8                |                 | No change
  edit while the session only reads               | S run npm test; P edit f 8; S run ls; C     | f 8=P8                |                 | No change
  edit between commands of the session            | S run npm run build; P edit f 8; S run npm run build; C | f 8=P8    |                 | No change
  add                                             | P add n; C                                  | n P1 P2 P3            |                 | No change
  delete                                          | P rm f                                      | f gone                |                 | No change
  rename                                          | P mv f q                                    | f gone; q like f      |                 | No change
  mode                                            | P chmod run                                 | run 755               |                 | No change
  binary                                          | P binary                                    | bin P                 |                 | No change
  link                                            | P link                                      | link P                |                 | No change

both, different places of one file
  person first                                    | P edit f 8; S edit f 2                      | f 8=P8                |                 |
  person between two edits                        | S edit f 2; P edit f 8; S edit f 5          | f 8=P8                |                 |
  person last                                     | S edit f 2; P edit f 8                      | f 8=P8                |                 |
  person three times                              | P edit f 1; S edit f 3; P edit f 5; S edit f 7; P edit f 9 | f 1=P1, 5=P5, 9=P9 |       |
  person last, checkpoints between                | S edit f 2; C; P edit f 8; C                | f 8=P8                |                 |
  whole file, person first                        | P edit f 8; S write f 2                     | f 8=P8                |                 |
  whole file, person between                      | S write f 2; P edit f 8; S write f 5        | f 8=P8                |                 |
  sub-agent, person first                         | P edit f 8; S agent f 2                     | f 8=P8                |                 |
  sub-agent, person between                       | S agent f 2; P edit f 8; S agent f 5        | f 8=P8                |                 |
  sub-agent, person last                          | S agent f 2; P edit f 8                     | f 8=P8                |                 |
  sub-agent writes the whole file, person first   | P edit f 8; S rewrite f 2                   | f 8=P8                |                 |
  sub-agent writes the whole file, person between | S rewrite f 2; P edit f 8; S rewrite f 5    | f 8=P8                |                 |
  large file, person first                        | P edit big 8; S edit big 200                | big 8=P8              |                 |
  large file, person between                      | S edit big 200; P edit big 8; S write big 400 | big 8=P8            |                 |
  large file, person last                         | S edit big 200; P edit big 8                | big 8=P8              |                 |
  line ends of Windows                            | S edit crlf 2; P edit crlf 8; S edit crlf 5 | crlf 8=P8             |                 |
  mixed line ends                                 | S edit mixed 2; P edit mixed 8              | mixed 8=P8            |                 |
  bytes that are no UTF-8                         | S edit latin 2; P edit latin 8              | latin 8=P8            |                 |
  command, person first                           | P edit f 8; B; S sed f 2; C                 | f 8=P8                |                 | Undone as
  command, person last                            | S sed f 2; C; P edit f 8                    | f 8=P8                |                 | Undone as
  command, person between                         | S sed f 2; C; P edit f 8; B; S sed f 5; C   | f 8=P8                |                 | Undone as
  command, then edit, person between              | S sed f 2; C; P edit f 8; S edit f 5        | f 8=P8                |                 | Undone as
  command that names no file: shown               | S format f 2; C; P edit f 8                 | f 2=<S2|2>, 8=P8      | f content       |
  mode by the session, text by the person         | S chmod run; C; P edit run 1                | run 1=P1              |                 | Undone as
  text by the session, mode by the person         | S edit run 1; P chmod run                   | run 755               |                 |

both, the same place
  person last                                     | S edit f 2; P edit f 2                      | f 2=<P2|2>            | f content       |
  person first: the session's words go            | P edit f 2; S edit f 2                      | f 2=P2                |                 |
  person between                                  | S edit f 2; P edit f 2; S edit f 2          | f 2=<P2|2>            | f content       |
  twice: no markers in markers                    | S edit f 2; P edit f 2; S edit f 2; P again f 2 | f 2=<Q2|P2>       | f content       |
  twice, and an older change elsewhere            | S edit f 2; S edit f 6; P edit f 2; S edit f 2; P again f 2 | f 2=<Q2|P2> | f content |
  next to each other                              | S edit f 2; P edit f 3                      | f 2=<S2 P3|2 3>, 3=   | f content       |
  the person took it back                         | S edit f 2; P undo f 2                      | =                     |                 |
  the person wrote the same                       | S edit f 2; P undo f 2; P same f 2          | =                     |                 |
  one place and another                           | S edit f 2; S edit f 5; P edit f 2; P edit f 8 | f 2=<P2|2>, 8=P8   | f content       |
  whole file                                      | S write f 2; P edit f 2                     | f 2=<P2|2>            | f content       |
  sub-agent, person last                          | S agent f 2; P edit f 2                     | f 2=<P2|2>            | f content       |
  sub-agent, person first                         | P edit f 2; S agent f 2                     | f 2=P2                |                 |
  large file, person last                         | S edit big 2; P edit big 2                  | big 2=<P2|row-2>      | big content     |
  large file, person first                        | P edit big 2; S edit big 2                  | big 2=P2              |                 |
  command                                         | S sed f 2; C; P edit f 2                    | f 2=<P2|2>            | f content       | Undone as
  line ends of Windows                            | S edit crlf 2; P edit crlf 2                | crlf 2=<P2|2>         | crlf content    |
  binary                                          | S binary; C; P binary                       | bin P                 | bin binary      | Undone as
  binary, person first                            | P binary; C; S binary; C                    | bin P                 |                 | Undone as
  link                                            | S link; C; P link                           | link P                | link binary     | Undone as
  mode                                            | S chmod run; C; P unchmod run               | =                     |                 | Undone as

both: add
  the session's file, edited by the person        | S add n; P edit n 2                         | n S1 P2 S3            | n changed       |
  the session's file, deleted by the person       | S add n; P rm n                             | =                     |                 |
  the session's file, renamed by the person       | S add n; P mv n m                           | m S1 S2 S3            | m changed       |
  the person's file, edited by the session        | P add n; S edit n 2                         | n P1 P2 P3            |                 |
  the person's file, overwritten by the session   | P add n; S write n 2                        | n P1 P2 P3            |                 |
  the person's file, deleted by the session       | P add n; C; S rm n; C                       | n P1 P2 P3            |                 | Undone as
  the person's file, renamed by the session       | P add n; C; S mv n m; C                     | n P1 P2 P3            |                 | Undone as
  the person's file in the session's folder       | S add new/n; P add new/m                    | new/m P1 P2 P3        |                 |
  two files beside each other                     | S add n; P add m                            | m P1 P2 P3            |                 |

both: delete
  edited by the session, deleted by the person    | S edit f 2; P rm f                          | f gone                | f deleted       |
  edited by the person, deleted by the session    | P edit f 8; C; S rm f; C                    | f 8=P8                |                 | Undone as
  deleted by the session, made anew by the person | S rm f; C; P add f                          | f <P1 P2 P3|1 2 3 4 5 6 7 8 9> | f content | Undone as
  deleted by both                                 | S rm f; C; P add f; P rm f                  | =                     |                 | Undone as
  folder by the session, new file by the person   | S rm dir; C; P add dir/c                    | dir/c P1 P2 P3        |                 | Undone as
  file by the session, folder by the person       | S rm f; C; P add f/x                        | f gone; f/x P1 P2 P3  | f in-the-way    | Undone as
  folder by the session, file by the person       | S rm dir; C; P add dir                      | dir/a gone; dir/b gone; dir P1 P2 P3 | dir in-the-way | Undone as

both: rename
  renamed by the session, edited by the person    | S mv f r; C; P edit r 8                     | f 8=P8                |                 | Undone as
  edited by the session, renamed by the person    | S edit f 2; P mv f q                        | f gone; q like f      |                 |
  edited before and after the person renamed it   | S edit f 2; P mv f q; S edit q 5            | f gone; q like f      |                 |
  edited, renamed and edited by the person        | S edit f 2; P mv f q; P edit q 8            | f gone; q like f 8=P8 |                 |
  renamed by both                                 | S mv f r; C; P mv r q                       | f gone; q like f      | q changed       | Undone as
  renamed by the session, deleted by the person   | S mv f r; C; P rm r                         | f gone                | f deleted       | Undone as

not held, not told, not here
  a file git ignores                              | S add x.log                                 | x.log S1 S2 S3        |                 | No change; Left, because checkpoints
  a file elsewhere                                | S add ../elsewhere                          | =                     |                 | No change; Left, because they are not
  an edit after a torn line                       | S torn; S edit f 2                          | =                     |                 | 1 line of the transcript
  another session's work                          | S edit f 2; P wait; O edit f 8                   | f 8=O8                |                 | Other sessions

the limits: one look at what both did
  edit and command between two checkpoints        | P edit f 8; S sed f 2; C                    | =                     |                 | Undone as
`;

/** Else one of each group: a restore writes, moves, hashes again. */
const RESTORES_ALL = process.env.CLAUDE_HOOKS_FULL === '1';

let template: Scene;
const NINE = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const BIG = Array.from({ length: 1500 }, (_line, at) => `row-${at + 1}`);

useIsolatedProcess();
beforeAll(async () => {
  const built = emptyFolder();
  built.git('init', '-q', '-b', 'main');
  built.write('.gitignore', '*.log\n');
  built.write('f', linesOf(NINE));
  built.write('big', linesOf(BIG));
  built.write('crlf', linesOf(NINE, '\r\n'));
  built.write('mixed', '1\r\n2\n3\r\n4\r\n5\n6\n7\n8\n9\n');
  built.write('latin', Buffer.from('1 \xe9\n2\n3\n4\n5\n6\n7\n8\n9\n', 'latin1'));
  built.write('bin', Buffer.from([0, 1, 2, 255]));
  built.write('run', linesOf(['1', '2', '3']));
  built.write('dir/a', linesOf(['a1', 'a2', 'a3', 'a4']));
  built.write('dir/b', linesOf(['b1', 'b2', 'b3', 'b4']));
  fs.symlinkSync('f', path.join(built.root, 'link'));
  built.git('add', '-A');
  built.git('commit', '-q', '-m', 'First');
  // What is staged is not what is there: a restore that keeps the person's work keeps that too.
  built.write('staged', 'staged\n');
  built.git('add', 'staged');
  built.write('staged', 'staged\nand more\n');
  template = await startScene(built);
});
afterAll(() => template.cleanup());

/** All files but git's and ours: `mode` and bytes, or where a link points to. */
function filesOf(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(root, file);
    if (/^(?:\.git|\.claude)(?:\/|$)/.test(name) || entry.isDirectory()) continue;
    found[name] = entry.isSymbolicLink()
      ? `link ${fs.readlinkSync(file)}`
      : `${(fs.statSync(file).mode & 0o777).toString(8)} ${fs.readFileSync(file, 'latin1')}`;
  }
  return found;
}

/** What the third column says, as files. */
function expectedFiles(before: Record<string, string>, column: string): Record<string, string> {
  const files = { ...before };
  for (const part of column.split(';').map((text) => text.trim())) {
    if (part === '=') continue;
    const [name = '', ...rest] = part.split(' ');
    const words = rest.join(' ');
    const like = /^like (\S+) ?/.exec(words);
    if (words === 'gone') delete files[name];
    else if (name === 'bin') files.bin = `644 \0${words}\xff`;
    else if (name === 'link') files.link = `link ${words}`;
    else if (words === '755') files[name] = (files[name] ?? '').replace('644', '755');
    else if (like !== null) files[name] = withLines(before[like[1] ?? ''] ?? '', words.slice(like[0].length));
    else if (/^\d+=/.test(words)) files[name] = withLines(files[name] ?? '', words);
    else if (words.startsWith('<')) files[name] = `644 ${block(words, '\n')}`;
    else files[name] = `644 ${linesOf(rest)}`;
  }
  return files;
}

function withLines(file: string, column: string): string {
  const [, mode = '', content = ''] = /^(\d+ )(.*)$/s.exec(file) ?? [];
  const lines = content.match(/[^\n]*\n/g) ?? [];
  for (const [, at = '', words = ''] of column.matchAll(/(\d+)=(<[^>]*>|[^,]*)/g)) {
    const end = lines[Number(at) - 1]?.endsWith('\r\n') ? '\r\n' : '\n';
    lines[Number(at) - 1] = words === '' ? '' : words.startsWith('<') ? block(words, end) : `${words}${end}`;
  }
  return mode + lines.join('');
}

function block(words: string, end: string): string {
  const [yours = '', before = ''] = words.slice(1, -1).split('|');
  const side = (text: string): string[] => text.split(' ');
  return linesOf(
    ['<<<<<<< yours', ...side(yours), '=======', ...side(before), '>>>>>>> before the session'],
    end,
  );
}

const GROUPS = [...TABLE.matchAll(/^(\S.*)\n((?: {2}.*\n)+)/gm)].map(([, title = '', rows = '']) => ({
  title,
  rows: rows
    .trimEnd()
    .split('\n')
    .map((row) => row.split(/\s*\|(?:\s+|$)/).map((cell) => cell.trim())),
}));

describe.each(GROUPS)('$title', ({ rows }) => {
  const cells = rows.map((row, at): [string, string, Row] => [
    row[0] ?? '',
    row[1] ?? '',
    { row, first: at === 0 },
  ]);
  it.concurrent.each(cells)('%s (%s)', async (_title, story, { row, first }) => {
    const [, , expected = '', conflicts, notes = ''] = row;
    const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-cell-')));
    const scene = copyScene(template, path.join(base, 'all'));
    try {
      const files = expectedFiles(filesOf(scene.root), expected);
      await play(scene, story);
      const plan = await scene.plan();
      expect(plan.conflicts.map(({ path: name, kind }) => `${name} ${kind}`).join('; ')).toBe(conflicts);
      const begins = plan.notes.map((note, place) => note.slice(0, partsOf(notes)[place]?.length));
      expect(begins).toEqual(partsOf(notes));
      if (RESTORES_ALL || first) await expectRestored(scene, files, plan);
      else expectTree(scene, plan.tree, path.join(base, 'tree'), files);
    } finally {
      fs.rmSync(base, { recursive: true, force: true });
    }
  });
});

interface Row {
  row: string[];
  first: boolean;
}

/** The whole way: applied to the working tree, with what is staged as it was. */
async function expectRestored(scene: Scene, files: Record<string, string>, plan: MineResult): Promise<void> {
  const index = path.join(scene.root, '.git/index');
  const staged = fs.readFileSync(index);
  const result = await scene.restore();
  expect(filesOf(scene.root)).toEqual(files);
  expect(result.plan.conflicts).toEqual(plan.conflicts);
  expect(scene.built.git('ls-files', '-s')).toBe(template.built.git('ls-files', '-s'));
  expect(fs.readFileSync(index).equals(staged)).toBe(true);
}

function expectTree(scene: Scene, tree: string, target: string, files: Record<string, string>): void {
  writeOut(scene.root, tree, target);
  const held = Object.entries(files).filter(([name]) => !name.endsWith('.log'));
  expect(filesOf(target)).toEqual(Object.fromEntries(held));
}
