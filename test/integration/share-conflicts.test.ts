import * as fs from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoints/types.ts';
import { saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import type { BuiltRepository } from '../support/repositories.ts';
import { documentFile, fetch, makeTeam, push, states, type Team } from '../support/share.ts';

// Two people and one remote: what one has is never overwritten by what the other has, on either side.

let team: Team;
let shared: Checkpoint;
useIsolatedProcess();
beforeEach(async () => {
  team = makeTeam();
  shared = await saved(team.ada.root, { name: 'Shared' });
  await push(team.ada);
  await fetch(team.bob);
});
afterEach(() => team.cleanup());

const read = (built: BuiltRepository): string => fs.readFileSync(documentFile(built, shared.id), 'utf8');
const edit = (built: BuiltRepository, words: string): void =>
  fs.writeFileSync(documentFile(built, shared.id), read(built).replace('None noted.', words));
const why = (result: { refs: readonly { state: string; why?: string }[] }): string[] =>
  result.refs.flatMap((ref) => (ref.state === 'there' ? [] : [ref.why ?? '']));
const inHub = (id = shared.id): string => team.inHub('show', `refs/claude-hooks/documents/${id}:${id}.md`);

it('an id that means something else on the other side stays as it is on both', async () => {
  const { ada, bob } = team;
  const ref = `refs/claude-hooks/checkpoints/${shared.id}`;
  const message = bob.git('log', '-1', '--format=%B', shared.commit);
  const other = bob
    .git('commit-tree', '-m', message, `${shared.commit}^{tree}`, '-p', shared.head ?? '')
    .trim();
  bob.git('update-ref', ref, other);
  const pushed = await push(bob);
  expect([states(pushed), why(pushed)]).toEqual([
    ['checkpoint conflict', 'document skipped'],
    ['another one has this id there', 'its checkpoint is another one there'],
  ]);
  const fetched = await fetch(bob);
  expect(states(fetched)).toEqual(['checkpoint conflict', 'document skipped']);
  expect([bob.git('rev-parse', ref).trim(), team.inHub('rev-parse', ref).trim()]).toEqual([
    other,
    shared.commit,
  ]);
  expect(states(await push(ada))).toEqual(['checkpoint there', 'document there']);
});

it('an edited document follows the version before it', async () => {
  const { ada, bob } = team;
  edit(bob, '1. Ask Ada');
  expect(states(await push(bob))).toEqual(['checkpoint there', 'document pushed']);
  expect(inHub()).toContain('1. Ask Ada');
  // Ada changed nothing, so there is nothing to push; her file stays until she takes it away.
  expect(states(await push(ada))).toEqual(['checkpoint there', 'document there']);
  expect([states(await fetch(ada)), read(ada).includes('Ask Ada')]).toEqual([
    ['checkpoint there', 'document conflict'],
    false,
  ]);
  fs.rmSync(documentFile(ada, shared.id));
  expect(states(await fetch(ada))).toEqual(['checkpoint there', 'document fetched']);
  expect(read(ada)).toBe(read(bob));
  edit(ada, '2. Ask Bob');
  expect(states(await push(ada))).toEqual(['checkpoint there', 'document pushed']);
});

it('a document that both edited is a conflict, and can be solved by hand', async () => {
  const { ada, bob } = team;
  edit(ada, '1. From Ada');
  edit(bob, '1. From Bob');
  await push(ada);
  const refused = await push(bob);
  expect([states(refused), why(refused)]).toEqual([
    ['checkpoint there', 'document conflict'],
    [expect.stringContaining('edited there too')],
  ]);
  expect(inHub()).toContain('From Ada');
  expect(states(await fetch(bob))).toEqual(['checkpoint there', 'document conflict']);
  const mine = read(bob);
  expect(mine).toContain('From Bob');
  fs.rmSync(documentFile(bob, shared.id));
  expect(states(await fetch(bob))).toEqual(['checkpoint there', 'document fetched']);
  expect(read(bob)).toContain('From Ada');
  fs.writeFileSync(documentFile(bob, shared.id), mine);
  expect(states(await push(bob))).toEqual(['checkpoint there', 'document pushed']);
  expect(inHub()).toContain('From Bob');
});

it('a document of its own is never overwritten by one that is fetched first', async () => {
  const { ada, bob } = team;
  bob.git('update-ref', '-d', `refs/claude-hooks/documents/${shared.id}`);
  edit(bob, '1. Only here');
  const fetched = await fetch(bob);
  expect([states(fetched), why(fetched)]).toEqual([
    ['checkpoint there', 'document conflict'],
    [expect.stringContaining('move it aside')],
  ]);
  expect(states(await push(bob))).toEqual(['checkpoint there', 'document conflict']);
  expect(read(bob)).toContain('1. Only here');
  expect(read(ada)).not.toContain('1. Only here');
});

it('what came between looking and pushing is not overwritten', async () => {
  const { bob } = team;
  const mine = await saved(bob.root, { name: 'Mine' });
  const ref = `refs/claude-hooks/checkpoints/${mine.id}`;
  const result = await push(bob, {
    confirm: async () => {
      team.inHub('update-ref', ref, shared.commit);
      return true;
    },
  });
  expect(states(result)).toEqual([
    'checkpoint conflict',
    'document skipped',
    'checkpoint there',
    'document there',
  ]);
  expect(team.inHub('rev-parse', ref).trim()).toBe(shared.commit);
  expect(states(await push(bob, { words: [mine.id], confirm: async () => false }))).toEqual([
    'checkpoint conflict',
    'document skipped',
  ]);
});
