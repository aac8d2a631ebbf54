import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Plumbing } from '../../src/checkpoints/plumbing.ts';
import { planMineKept } from '../../src/flows/mine-kept.ts';
import { appendRecord } from '../../src/store/journal.ts';
import { unmarkLive } from '../../src/store/live.ts';
import { bundleScript } from '../support/bundle.ts';
import { fingerprint, placeOf } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type MineResult, type Scene, startScene, treeFiles } from '../support/mine-kept.ts';
import { at, type BuiltRepository, emptyFolder } from '../support/repositories.ts';
import { supportsSha256 } from '../support/repository-states.ts';

useIsolatedProcess();

const NINE = '1\n2\n3\n4\n5\n6\n7\n8\n9\n';

function repository(initArgs: string[] = [], commit = true): BuiltRepository {
  const built = emptyFolder();
  built.git('init', '-q', '-b', 'main', ...initArgs);
  built.write('f', NINE);
  built.write('g', NINE);
  if (commit) {
    built.git('add', '-A');
    built.git('commit', '-q', '-m', 'First');
  }
  return built;
}

async function inScene(
  built: BuiltRepository,
  work: (scene: Scene) => Promise<void>,
  more: { session?: false } = {},
): Promise<void> {
  const scene = await startScene(built, more);
  try {
    await work(scene);
  } finally {
    scene.cleanup();
  }
}

function change(scene: Scene, name: string, from: string, to: string): void {
  const file = scene.file(name);
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(from, to));
}

/** The session edits line 2 of f, the person line 8. */
async function both(scene: Scene): Promise<void> {
  scene.session.edit('f', '2\n', 'S2\n');
  await scene.person(() => change(scene, 'f', '8\n', 'P8\n'));
}

function contentOf(scene: Scene, result: MineResult, name = 'f'): string | undefined {
  return treeFiles(scene.root, result.tree)[name]?.replace(/^\d+ /, '');
}

const KEPT = NINE.replace('8', 'P8');

describe('mine-kept works in', () => {
  it.runIf(supportsSha256())('a repository with SHA-256 names', () =>
    inScene(repository(['--object-format=sha256']), async (scene) => {
      await both(scene);
      expect(contentOf(scene, await scene.plan())).toBe(KEPT);
    }),
  );

  it('a repository without a commit', () =>
    inScene(repository([], false), async (scene) => {
      await both(scene);
      expect(contentOf(scene, await scene.plan())).toBe(KEPT);
    }));

  it('a linked worktree, whatever the others are at', async () => {
    const main = repository();
    const root = path.join(main.base, 'linked');
    main.git('worktree', 'add', '-q', '-b', 'side', root);
    await inScene(at(main.base, root), async (scene) => {
      await both(scene);
      const other = await startScene(main);
      await other.checkpoint({ session: scene.session.id });
      expect(contentOf(scene, await scene.plan())).toBe(KEPT);
    });
  });

  it('a folder reached by a link', async () => {
    const built = repository();
    const link = path.join(built.base, 'link');
    fs.symlinkSync(built.root, link);
    await inScene(at(built.base, link), async (scene) => {
      await both(scene);
      expect(contentOf(scene, await scene.plan())).toBe(KEPT);
    });
  });

  it('files of any name', () =>
    inScene(repository(), async (scene) => {
      const names = ['new\nline', 'q"\'\\', 'ünïcode', '-dash', ':(top)x', '*', 'a b/c d'];
      for (const name of names) scene.session.write(name, 'S\n');
      await scene.person(() => fs.appendFileSync(scene.file('*'), 'P\n'));
      const result = await scene.plan();
      expect(Object.keys(treeFiles(scene.root, result.tree)).sort()).toEqual(['*', 'f', 'g']);
      expect(result.conflicts.map((one) => one.path)).toEqual(['*']);
    }));

  it('a repository whose settings shape merges otherwise', async () => {
    const built = repository();
    built.git('config', 'merge.conflictStyle', 'diff3');
    built.git('config', 'merge.renames', 'false');
    built.git('config', 'merge.directoryRenames', 'true');
    built.git('config', 'diff.renames', 'false');
    await inScene(built, async (scene) => {
      scene.session.edit('f', '2\n', 'S2\n');
      scene.session.edit('g', '2\n', 'S2\n');
      await scene.person(() => {
        change(scene, 'f', 'S2\n', 'P2\n');
        fs.renameSync(scene.file('g'), scene.file('h'));
      });
      const result = await scene.plan();
      expect(contentOf(scene, result)).toBe(
        NINE.replace('2', '<<<<<<< yours\nP2\n=======\n2\n>>>>>>> before the session'),
      );
      expect(contentOf(scene, result, 'h')).toBe(NINE);
    });
  });
});

describe('mine-kept finds the session', () => {
  it('of a checkpoint that was saved while none was open, from journals of sessions that are over', () =>
    inScene(
      repository(),
      async (scene) => {
        await both(scene);
        const { state } = placeOf(scene.root);
        unmarkLive(state, scene.session.id);
        expect((await scene.plan()).notes).toEqual([expect.stringMatching(/^No change of the session/)]);
        appendRecord(path.join(state.sessions, `${scene.session.id}.jsonl`), {
          t: Date.now(),
          type: 'prompt',
          cwd: scene.root,
          transcript: scene.session.transcript,
        });
        expect(contentOf(scene, await scene.plan())).toBe(KEPT);
      },
      { session: false },
    ));

  it('and counts all up to its last checkpoint as its own where the transcript is gone, and says so', () =>
    inScene(repository(), async (scene) => {
      scene.session.edit('f', '2\n', 'S2\n');
      await scene.checkpoint();
      await scene.person(() => change(scene, 'f', '8\n', 'P8\n'));
      fs.rmSync(scene.session.transcript);
      const result = await scene.plan();
      expect(contentOf(scene, result)).toBe(KEPT);
      expect(result.notes).toEqual([expect.stringMatching(/^The transcript of the session is gone/)]);
    }));
});

describe('mine-kept gives back', () => {
  it('every byte of a file only the session touched, whatever line ends its client writes', async () => {
    const built = repository();
    built.write('mixed', '1\r\n2\n3\r\n4\n5\n6\n7\n');
    await inScene(built, async (scene) => {
      const { session } = scene;
      const file = scene.file('mixed');
      const id = session.use('Edit', { file_path: file, old_string: '2\n', new_string: 'S2\n' });
      change(scene, 'mixed', '2\n', 'S2\n');
      const originalFile = '1\n2\n3\n4\n5\n6\n7\n';
      const toolUseResult = {
        filePath: file,
        oldString: '2\n',
        newString: 'S2\n',
        originalFile,
        structuredPatch: [],
      };
      session.answer(id, 'updated', { toolUseResult });
      await scene.person(() => change(scene, 'mixed', '7\n', 'P7\n'));
      const result = await scene.plan();
      expect(contentOf(scene, result, 'mixed')).toBe('1\r\n2\n3\r\n4\n5\n6\nP7\n');
      change(scene, 'mixed', 'P7\n', '7\n');
      expect((await scene.plan()).tree).toBe(scene.start.tree);
      const other = session.use('Write', { file_path: scene.file('f'), content: `S${NINE}` });
      fs.writeFileSync(scene.file('f'), `S${NINE}`.replaceAll('\n', '\r\n'));
      const written = { type: 'update', filePath: scene.file('f'), content: `S${NINE}`, originalFile: NINE };
      session.answer(other, 'updated', { toolUseResult: written });
      expect((await scene.plan()).tree).toBe(scene.start.tree);
    });
  });
});

describe('mine-kept tells who wrote', () => {
  it('what a hook wrote right after an edit', () =>
    inScene(repository(), async (scene) => {
      const { session } = scene;
      const file = scene.file('f');
      const id = session.use('Write', { file_path: file, content: `S ${NINE}` });
      fs.writeFileSync(file, `S  ${NINE}formatted\n`);
      const toolUseResult = {
        type: 'update',
        filePath: file,
        content: `S ${NINE}`,
        structuredPatch: [],
        originalFile: NINE,
      };
      session.answer(id, 'updated', { toolUseResult });
      expect((await scene.plan()).tree).toBe(scene.start.tree);
    }));

  it('what a background command wrote after it was started', () =>
    inScene(repository(), async (scene) => {
      const { session } = scene;
      const id = session.use('Bash', { command: 'slow-writer f', run_in_background: true });
      session.answer(id, 'started', { toolUseResult: { backgroundTaskId: 'b1' } });
      await scene.person(() => {});
      change(scene, 'f', '2\n', 'S2\n');
      await new Promise((resolve) => setTimeout(resolve, 5));
      session.record({ type: 'queue-operation', content: '<task-id>b1</task-id><status>completed</status>' });
      await scene.person(() => change(scene, 'g', '8\n', 'P8\n'));
      const result = await scene.plan();
      expect(contentOf(scene, result)).toBe(NINE);
      expect(contentOf(scene, result, 'g')).toBe(KEPT);
    }));

  it('where git stores another content than the file has', async () => {
    const built = repository();
    built.git('config', 'filter.shout.clean', 'tr a-z A-Z');
    built.git('config', 'filter.shout.smudge', 'tr A-Z a-z');
    built.write('.gitattributes', 'loud filter=shout\nquiet filter=shout\n');
    built.write('loud', 'one\ntwo\n');
    built.write('quiet', 'one\ntwo\n');
    await inScene(built, async (scene) => {
      scene.session.edit('loud', 'two', 'session');
      await scene.person(() => change(scene, 'quiet', 'two', 'person'));
      const result = await scene.plan();
      expect(contentOf(scene, result, 'loud')).toBe('ONE\nTWO\n');
      expect(contentOf(scene, result, 'quiet')).toBe('ONE\nPERSON\n');
    });
  });

  it('or says that it cannot', () =>
    inScene(repository(), async (scene) => {
      const agent = scene.session.agent();
      agent.read('f');
      agent.edit('f', '2\n', 'S2\n');
      await scene.person(() => fs.writeFileSync(scene.file('f'), 'all else\n'));
      const result = await scene.plan();
      expect(contentOf(scene, result)).toMatch(/^<{7} yours\nall else\n={7}\n1\n2\n/);
      scene.session.edit('g', '2\n', 'S2\n');
      const text = fs.readFileSync(scene.session.transcript, 'utf8');
      fs.writeFileSync(
        scene.session.transcript,
        text.replace(/"oldString":"[^"]*","newString"/g, '"x":"","y"'),
      );
      expect((await scene.plan()).notes).toEqual([
        expect.stringMatching(/^Kept, because the transcript does not tell .*: g$/),
      ]);
    }));

  it('although an edit is noted only after a checkpoint that holds it', () =>
    inScene(repository(), async (scene) => {
      const { session } = scene;
      const file = scene.file('f');
      const id = session.use('Edit', { file_path: file, old_string: '2\n', new_string: 'S2\n' });
      change(scene, 'f', '2\n', 'S2\n');
      await new Promise((resolve) => setTimeout(resolve, 3));
      await scene.checkpoint();
      session.answer(id, 'updated', { toolUseResult: resultOf(file, NINE, '2\n', 'S2\n') });
      await scene.person(() => change(scene, 'f', '8\n', 'P8\n'));
      expect(contentOf(scene, await scene.plan())).toBe(KEPT);
    }));

  it('although an edit is noted only after the checkpoint everything goes back to', () =>
    inScene(repository(), async (scene) => {
      const { session } = scene;
      const file = scene.file('f');
      const start = Date.parse(scene.start.createdAt);
      const time = (ms: number): { timestamp: string } => ({ timestamp: new Date(start + ms).toISOString() });
      const input = { file_path: file, old_string: '0\n', new_string: '2\n' };
      session.record({
        ...time(-5),
        message: { content: [{ type: 'tool_use', id: 'raced', name: 'Edit', input }] },
      });
      const block = { type: 'tool_result', tool_use_id: 'raced', content: 'updated' };
      const toolUseResult = resultOf(file, NINE.replace('2', '0'), '0\n', '2\n');
      session.record({ ...time(5), message: { content: [block] }, toolUseResult });
      session.edit('f', '5\n', 'S5\n');
      await scene.person(() => change(scene, 'f', '8\n', 'P8\n'));
      expect(contentOf(scene, await scene.plan())).toBe(KEPT);
    }));
});

function resultOf(filePath: string, originalFile: string, oldString: string, newString: string) {
  return { filePath, oldString, newString, originalFile, structuredPatch: [] };
}

describe('mine-kept', () => {
  it('writes nothing but objects while it plans', () =>
    inScene(repository(), async (scene) => {
      await both(scene);
      scene.session.write('n', 'n\n');
      await scene.plan();
      const before = fingerprint(scene.root);
      const indexes = placeOf(scene.root).state.indexes;
      const files = fs.readdirSync(indexes).sort();
      await scene.plan();
      expect(fingerprint(scene.root)).toEqual(before);
      expect(fs.readdirSync(indexes).sort()).toEqual(files);
      expect(scene.built.tryGit('fsck', '--strict')).toBe(true);
    }));

  it('does nothing the second time', () =>
    inScene(repository(), async (scene) => {
      await both(scene);
      scene.session.write('n', 'n\n');
      scene.session.bash('rm g', () => fs.rmSync(scene.file('g')));
      await scene.checkpoint();
      expect(await scene.restore()).toMatchObject({ restored: true });
      expect(fs.readFileSync(scene.file('f'), 'utf8')).toBe(KEPT);
      expect(fs.readFileSync(scene.file('g'), 'utf8')).toBe(NINE);
      expect(await scene.restore()).toMatchObject({ restored: false, cause: 'nothing' });
    }));

  it('refuses a git that cannot merge trees, and says what to do', () =>
    inScene(repository(), async (scene) => {
      const git: Plumbing = { run: async () => Buffer.from('git version 2.37.9\n') };
      const input = {
        git,
        ...placeOf(scene.root),
        checkpoint: scene.start,
        capture: { tree: scene.start.tree },
      };
      await expect(planMineKept(input)).rejects.toMatchObject({
        code: 'git-too-old',
        kind: 'failed',
        message: expect.stringContaining('2.37.9'),
        hint: expect.stringContaining('--mode exact'),
      });
    }));

  it('reads a transcript that is larger than the memory it has', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-large-'));
    try {
      const transcript = path.join(folder, 'large.jsonl');
      const file = fs.openSync(transcript, 'w');
      const content = 'x'.repeat(500_000);
      for (let at = 0; at < 200; at += 1) {
        const toolUseResult = {
          type: 'update',
          filePath: '/repo/f',
          content,
          structuredPatch: [],
          originalFile: `${at}`,
        };
        const block = { tool_use_id: `t${at}`, type: 'tool_result', content: 'ok' };
        const timestamp = new Date(at).toISOString();
        fs.writeSync(
          file,
          `${JSON.stringify({ type: 'user', timestamp, message: { content: [block] }, toolUseResult })}\n`,
        );
      }
      fs.closeSync(file);
      const script = bundleScript(
        `import { readActivity } from './src/transcript/edits.ts';
         import { readEdit } from './src/transcript/file-edit.ts';
         const activity = readActivity(process.argv[2]);
         console.log(activity.edits.map((one) => readEdit(one).before).join());`,
        path.join(folder, 'read.cjs'),
      );
      const run = spawnSync(process.execPath, ['--max-old-space-size=48', script, transcript], {
        encoding: 'utf8',
      });
      expect(run.status).toBe(0);
      expect(run.stdout.trim()).toBe(Array.from({ length: 200 }, (_one, at) => at).join());
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
