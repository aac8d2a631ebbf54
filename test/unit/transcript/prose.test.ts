import { expect, it } from 'vitest';
import { readProse, renderProse } from '../../../src/transcript/prose.ts';

const EXTRACT =
  '# Session 1\n\nFrom a to b.\n\n## What was done\n- Asked: x (3)\n- Modified y (a49d4421:7, @99)\n';
const answer = {
  done: ['Changed y (a49d4421:7).'],
  decisions: [],
  issues: [],
  state: ['Open (3, @99).'],
  todos: [],
};

it('takes an answer that cites only places of the extract', () => {
  const prose = readProse(answer, EXTRACT);
  if (!prose.ok) throw new Error(prose.reason);
  const text = renderProse(prose.value, EXTRACT);
  expect(text).toContain('# Session 1\n\nFrom a to b.');
  expect(text).toContain('## What was done\n- Changed y (a49d4421:7).');
  expect(text).toContain('## Decisions\n- none');
});

it.each([
  [{ ...answer, done: ['Changed z (4).'] }, 'cites 4'],
  [{ ...answer, state: ['Both (3, 8).'] }, 'cites 8'],
  [{ ...answer, done: 'Changed y' }, 'no list "done"'],
  [{ done: [] }, 'no list'],
  [{ done: [], decisions: [], issues: [], state: [], todos: [] }, 'empty'],
  [undefined, 'form'],
])('refuses %j', (value, reason) => {
  expect(readProse(value, EXTRACT)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
});
