import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { contentMark } from '../../src/platform/raw-paths.ts';
import { placeOf, save, saved } from '../support/checkpoints.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';
import { REPOSITORY_STATES } from '../support/repository-states.ts';

useIsolatedProcess();
const forThisTest = useCleanup();

function repository(build: () => BuiltRepository = plainRepository): BuiltRepository {
  return forThisTest(build());
}

describe('what could go wrong', () => {
  it('repairs a damaged private index and a damaged record', async () => {
    const built = repository();
    makeDirty(built);
    const first = await saved(built.root);
    const { state } = placeOf(built.root);
    const index = path.join(state.indexes, 'main');
    const whole = fs.readFileSync(index);
    const damages: Buffer[] = [
      Buffer.alloc(0),
      whole.subarray(0, 100),
      Buffer.alloc(whole.length),
      Buffer.from('x'),
    ];
    for (const bytes of damages) {
      fs.writeFileSync(index, bytes);
      expect((await saved(built.root, { force: true })).tree).toBe(first.tree);
      expect(fs.existsSync(state.log)).toBe(false);
    }
    for (const bytes of damages) {
      fs.writeFileSync(index, bytes);
      // A record that takes the damaged index for the one it was written with.
      const record = JSON.parse(fs.readFileSync(`${index}.json`, 'utf8'));
      fs.writeFileSync(`${index}.json`, JSON.stringify({ ...record, mark: contentMark(index) }));
      expect((await saved(built.root, { force: true })).tree).toBe(first.tree);
    }
    for (const text of [
      '',
      '{',
      '[]',
      '{"version":9}',
      JSON.stringify({ version: 1, seed: 'x', tree: 'y' }),
    ]) {
      fs.writeFileSync(`${index}.json`, text);
      expect((await saved(built.root, { force: true })).tree).toBe(first.tree);
    }
    expect(fs.readFileSync(state.log, 'utf8')).toContain('private index is made anew');
  });

  it('removes the lock a killed git left on the private index', async () => {
    const built = repository();
    await saved(built.root);
    const { state } = placeOf(built.root);
    fs.writeFileSync(path.join(state.indexes, 'main.lock'), '');
    built.write('README.md', 'edited\n');
    await saved(built.root);
    expect(fs.existsSync(path.join(state.indexes, 'main.lock'))).toBe(false);
  });

  it('refuses a home directory and says why a filter that fails stops it', async () => {
    const built = repository();
    const { HOME } = process.env;
    process.env.HOME = built.root;
    expect(await save(built.root)).toMatchObject({
      saved: false,
      cause: 'refused',
      reason: expect.stringContaining('home'),
    });
    process.env.HOME = HOME;
    built.git('config', 'filter.crypt.clean', 'false');
    built.git('config', 'filter.crypt.required', 'true');
    built.write('.gitattributes', '*.secret filter=crypt\n');
    built.write('a.secret', 'plain text');
    const result = await save(built.root);
    expect(result).toMatchObject({ saved: false, cause: 'refused', hint: expect.stringContaining('crypt') });
    expect(built.git('for-each-ref', 'refs/claude-hooks')).toBe('');
  });

  it('does not use a repository around one whose .git is broken', async () => {
    const built = repository();
    const inner = path.join(built.root, 'inner');
    fs.mkdirSync(path.join(inner, '.git'), { recursive: true });
    const result = await save(inner);
    expect(result).toMatchObject({ saved: false, cause: 'refused' });
    expect(built.git('for-each-ref', 'refs/claude-hooks')).toBe('');
  });

  it('counts without a document, and writes none through a link that leads out', async () => {
    const built = repository();
    const outside = path.join(built.base, 'outside');
    fs.mkdirSync(outside);
    fs.symlinkSync(outside, path.join(built.root, '.claude'));
    const linked = await save(built.root);
    expect(linked).toMatchObject({ saved: true, documentError: expect.stringContaining('leads out') });
    expect(fs.readdirSync(outside)).toEqual([]);
    fs.rmSync(path.join(built.root, '.claude'));
    built.write('.claude', 'a file in the way');
    expect(await save(built.root)).toMatchObject({
      saved: true,
      documentError: expect.stringContaining('is no folder'),
    });
    expect(await listCheckpoints(placeOf(built.root).repository)).toHaveLength(2);
  });

  it('writes no secret into the document, the commit or the log', async () => {
    const built = repository();
    const token = `ghp_${'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'.slice(0, 36)}`;
    const checkpoint = await saved(built.root, {
      name: `deploy ${token}`,
      note: `token is ${token}`,
      narrative: { workingOn: `use ${token}`, nextSteps: [token], notes: [token], lastCompleted: token },
    });
    expect(checkpoint.id).not.toContain('a1b2c3');
    expect(fs.readFileSync(path.join(built.root, checkpoint.document), 'utf8')).not.toContain(token);
    expect(built.git('cat-file', 'commit', checkpoint.commit)).not.toContain(token);
    expect(built.git('for-each-ref')).not.toMatch(/a1b2c3d4/i);
  });

  it('gives up within its budget and says so', async () => {
    const built = repository();
    expect(await save(built.root, { budgetMs: 0 })).toMatchObject({
      saved: false,
      cause: 'refused',
      reason: expect.stringContaining('longer than'),
    });
  });

  it('tells the operation git is in the middle of in list and document', async () => {
    const built = repository(REPOSITORY_STATES['rebase stopped at a conflict']?.build);
    const checkpoint = await saved(built.root);
    const [listed] = await listCheckpoints(placeOf(built.root).repository);
    expect(listed?.operation).toBe('rebase');
    expect(listed?.branch).toBeUndefined();
    expect(fs.readFileSync(path.join(built.root, checkpoint.document), 'utf8')).toContain(
      'In the middle of: rebase',
    );
  });
});
