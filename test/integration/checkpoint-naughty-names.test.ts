import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { renderDocument } from '../../src/checkpoints/document.ts';
import { findCheckpoint, listCheckpoints } from '../../src/checkpoints/list.ts';
import { readMachinePart } from '../../src/checkpoints/machine-part.ts';
import { decodeMessage, encodeMessage } from '../../src/checkpoints/metadata.ts';
import { newCheckpointId } from '../../src/checkpoints/name.ts';
import type { Checkpoint } from '../../src/checkpoints/types.ts';
import { cleanName, isId } from '../../src/store/names.ts';
import { fingerprint, placeOf, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { NAUGHTY } from '../support/naughty.ts';
import { type BuiltRepository, plainRepository } from '../support/repositories.ts';
import { makeSandbox } from '../support/sandbox.ts';

useIsolatedProcess();

const PLAIN: Checkpoint = {
  id: 'x-1',
  name: 'X',
  createdAt: '2026-11-22T10:00:00.000Z',
  commit: 'c'.repeat(40),
  tree: 'd'.repeat(40),
  reason: 'manual',
  worktree: 'main',
  document: '.claude/checkpoints/x-1.md',
  counts: { new: 0, modified: 0, deleted: 0 },
  leftOut: [],
  leftOutCount: 0,
  remarks: [],
  files: [],
};
const ALL = Object.values(NAUGHTY).flat();
/** Some of each kind by default; all of them in a full run. */
const STEP = process.env.CLAUDE_HOOKS_FULL === '1' ? 1 : 16;
const TRIED = Object.values(NAUGHTY).flatMap((texts) => texts.filter((_text, at) => at % STEP === 0));

/** Everything that is in a repository and the folder around it, but for what a save makes. */
function around(built: BuiltRepository): Record<string, string> {
  return fingerprint(built.base);
}

/** One title, seven sections, two blocks, and nothing that cannot be seen. */
function expectPlainDocument(text: string): void {
  expect(text.match(/^# .*$/gm)).toHaveLength(1);
  expect(text.match(/^## .*$/gm)).toHaveLength(7);
  expect(text.match(/^`{3,}\w/gm)).toHaveLength(2);
  expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2066-\u2069]/);
}

function expectWellMade(built: BuiltRepository, made: readonly Checkpoint[]): void {
  const documents = fs.readdirSync(path.join(built.root, '.claude/checkpoints')).sort();
  expect(documents).toEqual(made.map((one) => `${one.id}.md`).sort());
  for (const one of made) {
    expect(isId(one.id)).toBe(true);
    expect(one.name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    const text = fs.readFileSync(path.join(built.root, one.document), 'utf8');
    expectPlainDocument(text);
    expect(readMachinePart(text, one.id)).toMatchObject({ id: one.id, commit: one.commit, name: one.name });
  }
  const refs = built.git('for-each-ref', '--format=%(refname)').trim().split('\n');
  expect(refs.filter((ref) => ref.startsWith('refs/claude-hooks/'))).toEqual(
    made.map((one) => `refs/claude-hooks/checkpoints/${one.id}`).sort(),
  );
  expect(refs.filter((ref) => !ref.startsWith('refs/claude-hooks/'))).toEqual(['refs/heads/main']);
  expect(built.tryGit('fsck', '--full', '--strict')).toBe(true);
}

it('has more than three hundred texts to try', () => {
  expect(new Set(ALL).size).toBeGreaterThan(300);
});

it('keeps every one of them as a text in the record and the document', () => {
  for (const text of ALL) {
    const name = cleanName(text) || 'Checkpoint';
    const id = newCheckpointId(name, 1_795_000_000_000);
    expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    const one = { ...PLAIN, id, name, note: text, remarks: [text], session: text, branch: text };
    const { commit: _commit, tree: _tree, files: _files, ...metadata } = one;
    expect(decodeMessage(encodeMessage(metadata))).toEqual(
      text === '' ? expect.objectContaining({ id, name }) : metadata,
    );
    const narrative = {
      workingOn: text,
      lastCompleted: text,
      nextSteps: [text],
      notes: [text],
    };
    const document = renderDocument(
      one,
      text,
      { node: 'v20', lines: [text], testCommand: undefined },
      narrative,
    );
    expectPlainDocument(document);
    expect(readMachinePart(document)).toMatchObject({ id, commit: PLAIN.commit });
  }
});

it(`takes any of ${TRIED.length} texts for a name and a note, and writes nowhere else`, async () => {
  const built = plainRepository();
  try {
    const before = around(built);
    const made: Checkpoint[] = [];
    for (const text of TRIED) made.push(await saved(built.root, { name: text, note: text, force: true }));
    expect(around(built)).toEqual(before);
    expectWellMade(built, made);
    const { repository } = placeOf(built.root);
    const list = await listCheckpoints(repository);
    expect(list.map((one) => one.id).sort()).toEqual(made.map((one) => one.id).sort());
    for (const one of made.slice(0, 20)) {
      const listed = list.find((other) => other.id === one.id);
      expect([listed?.name, listed?.note]).toEqual([one.name, one.note]);
      expect((await findCheckpoint(repository, one.id)).commit).toBe(one.commit);
    }
  } finally {
    built.cleanup();
  }
});

it('takes them from the command line, or says why not, and writes nowhere else', async () => {
  const sandbox = makeSandbox();
  try {
    const texts = [
      '$(touch canary)',
      '--force',
      '-rf',
      '../../x',
      'CON',
      "'; touch canary; '",
      '\u001b]0;x\u0007',
      '## Context',
      '💩',
      'a\nb',
      '',
      '@{-1}',
    ];
    const tried = STEP === 1 ? texts : texts.slice(0, 4);
    const outsideHome = (): Record<string, string> =>
      Object.fromEntries(
        Object.entries(fingerprint(sandbox.root)).filter(([file]) => !file.startsWith('home/')),
      );
    const before = outsideHome();
    for (const text of tried) {
      const plain = await sandbox.cli(['checkpoint', 'save', text, `--note=${text}`, '--json']);
      // What looks like an option is refused as one; behind -- it is a name.
      const isOption = text.startsWith('-');
      expect(plain.code, `${JSON.stringify(text)}: ${plain.stderr}`).toBe(isOption ? 2 : 0);
      const separated = await sandbox.cli(['checkpoint', 'save', `--note=${text}`, '--json', '--', text]);
      expect(separated.code, separated.stderr).toBe(0);
      const said = JSON.parse(separated.stdout);
      expect(isId(said.id)).toBe(true);
      for (const output of [plain, separated])
        expect(`${output.stdout}${output.stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
    expect(outsideHome()).toEqual(before);
    expect(sandbox.git('for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/tags')).toBe(
      'refs/heads/main\n',
    );
  } finally {
    sandbox.cleanup();
  }
});
