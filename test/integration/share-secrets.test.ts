import * as fs from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { plantSecrets } from '../support/secrets.ts';
import { documentFile, fetch, makeTeam, push, states, type Team } from '../support/share.ts';

// What looks like a secret does not leave the machine unasked, and is never named by its value.

const { github = '', npm = '' } = plantSecrets().needles;
let team: Team;
useIsolatedProcess();
beforeEach(() => {
  team = makeTeam();
});
afterEach(() => team.cleanup());

it('refuses a checkpoint with a secret, says where and by which rule, and pushes it when told to', async () => {
  const { ada, bob } = team;
  ada.write('config/new.ts', `// nothing\nconst token = '${github}';\n`);
  ada.write('bin.dat', Buffer.from(`\0${github}`));
  ada.write('large.txt', `${github}\n${'x'.repeat(1_100_000)}`);
  await saved(ada.root, { name: 'With a token' });
  const refused = await push(ada);
  expect(refused).toMatchObject({
    applied: false,
    refused: 'secrets',
    outgoing: {
      secrets: [{ path: 'config/new.ts', line: 2, rule: 'github-token' }],
      large: ['large.txt'],
      binary: 1,
    },
  });
  expect(JSON.stringify(refused)).not.toContain(github);
  expect(team.inHub('for-each-ref', 'refs/claude-hooks')).toBe('');
  expect(states(await push(ada, { allowSecrets: true }))).toEqual(['checkpoint pushed', 'document pushed']);
  expect(states(await fetch(bob))).toEqual(['checkpoint fetched', 'document fetched']);
});

it('looks into what is staged, into commits that were not pushed and their messages, not into what is published', async () => {
  const { ada } = team;
  ada.write('published.txt', `${npm}\n`);
  ada.git('add', '-A');
  ada.git('commit', '-q', '-m', 'Published');
  ada.git('push', '-q', 'origin', 'main');
  await saved(ada.root, { name: 'Clean' });
  expect((await push(ada)).refused).toBeUndefined();
  // To a remote that has nothing yet, all the history goes along, which was published by the person before.
  ada.git('init', '-q', '--bare', `${team.base}/fork.git`);
  ada.git('remote', 'add', 'fork', `${team.base}/fork.git`);
  const fork = await push(ada, { words: ['fork'], dryRun: true });
  expect([fork.refused, fork.history.commits]).toEqual([undefined, 3]);

  ada.write('staged.txt', `${github}\n`);
  ada.git('add', 'staged.txt');
  ada.write('staged.txt', 'taken out again\n');
  await saved(ada.root, { name: 'Staged' });
  expect((await push(ada)).outgoing.secrets).toMatchObject([{ path: 'staged.txt', line: 1 }]);

  ada.git('reset', '-q');
  ada.git('commit', '-q', '--allow-empty', '-m', `Use ${github}`);
  ada.write('gone.txt', `${npm}\n`);
  ada.git('add', 'gone.txt');
  ada.git('commit', '-q', '-m', 'In between');
  ada.git('rm', '-q', 'gone.txt');
  ada.git('commit', '-q', '-m', 'Gone');
  await saved(ada.root, { name: 'Later' });
  const { outgoing, history } = await push(ada, { words: ['Later'] });
  expect(outgoing.secrets.map(({ path }) => path).filter((path) => path !== 'gone.txt')).toEqual([
    expect.stringMatching(/^message of commit [0-9a-f]{12}$/),
  ]);
  // The same bytes are published elsewhere, so they are no news.
  expect(history).toEqual({ commits: 3, wip: 0 });
});

it('takes secrets out of documents once more, and leaves the file here as it is', async () => {
  const { ada, bob } = team;
  const { id } = await saved(ada.root, { name: 'Edited' });
  const file = documentFile(ada, id);
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('None noted.', `1. Log in with ${github}`));
  const before = fs.readFileSync(file);
  const result = await push(ada);
  expect([states(result), result.redacted]).toEqual([['checkpoint pushed', 'document pushed'], 1]);
  expect(fs.readFileSync(file)).toEqual(before);
  await fetch(bob);
  expect(fs.readFileSync(documentFile(bob, id), 'utf8')).toContain('1. Log in with [redacted:github-token]');
  expect(states(await push(ada))).toEqual(['checkpoint there', 'document there']);
  expect(states(await push(bob))).toEqual(['checkpoint there', 'document there']);
  fs.writeFileSync(file, 'x'.repeat(1_000_001));
  expect(states(await push(ada))).toEqual(['checkpoint there', 'document skipped']);
});
