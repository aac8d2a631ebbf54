import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintTemplate } from '../../../src/templates/lint.ts';
import { parseTemplate } from '../../../src/templates/parse.ts';
import { PROJECT_ROOT } from '../../support/sandbox.ts';

/** `code:line` of each problem. */
async function lint(...lines: string[]): Promise<string[]> {
  return lintTemplate(await parseTemplate(lines.join('\n'))).map(({ code, line }) => `${code}:${line}`);
}

const GOOD = ['---', 'name: X', '---', '## P', '- [ ] a step'];

describe('lint', () => {
  it('has nothing to say of a good one', async () => {
    expect(await lint(...GOOD)).toEqual([]);
  });

  it.each<[string, string[], string[]]>([
    [
      'no end of the front matter',
      ['---', 'name: X', '## P', '- [ ] a'],
      ['front-matter-open:1', 'no-name:1'],
    ],
    [
      'front matter that is no YAML',
      ['---', 'name: X', 'a: [', '---', '## P', '- [ ] a'],
      ['no-name:1', 'front-matter-invalid:3'],
    ],
    [
      'aliases',
      ['---', 'name: &a X', 'description: *a', '---', '## P', '- [ ] a'],
      ['front-matter-invalid:1', 'no-name:1'],
    ],
    ['a list for front matter', ['---', '- a', '---', '# T', '## P', '- [ ] a'], ['front-matter-invalid:2']],
    ['an unknown key', ['---', 'name: X', 'phases: 2', '---', '## P', '- [ ] a'], ['unknown-key:3']],
    ['a name that is no text', ['---', 'name: [X]', '---', '## P', '- [ ] a'], ['no-name:1', 'wrong-type:2']],
    [
      'a key named __proto__',
      ['---', 'name: X', '__proto__: 1', '---', '## P', '- [ ] a'],
      ['unknown-key:3'],
    ],
    [
      'a variable without a fit name',
      ['---', 'name: X', 'variables:', '  - name: __proto__', '---', '## P', '- [ ] a'],
      ['variable-name:4'],
    ],
    [
      'a variable twice',
      ['---', 'name: X', 'variables: [A b, a_B]', '---', '## P', '- [ ] {{a-b}}'],
      ['variable-twice:3'],
    ],
    [
      'a variable that stands nowhere',
      ['---', 'name: X', 'variables: { A: x }', '---', '## P', '- [ ] a'],
      ['variable-unused:3'],
    ],
    [
      'a code block without an end, which swallows phases',
      [...GOOD, '```sh', 'run', '## Q', '- [ ] b'],
      ['code-block-open:6'],
    ],
    [
      'a placeholder that is not declared',
      ['---', 'name: X', 'variables: [A]', '---', '## P {{A}}', '- [ ] {{B}}'],
      ['placeholder-undeclared:6'],
    ],
    ['a placeholder that is no name', [...GOOD, '- [ ] {{a.b}}'], ['placeholder-name:6']],
    ['a placeholder in a command', [...GOOD, '- [ ] b (verify: `x {{A}}`)'], ['verify-placeholder:6']],
    ['a command without backticks', [...GOOD, '- [ ] b (verify: npm test)'], ['verify-form:6']],
    ['words behind a command', [...GOOD, '- [ ] b (verify: `npm test`) now'], ['verify-form:6']],
    ['an empty command', [...GOOD, '- [ ] b (verify: ``)'], ['verify-form:6']],
    ['a ticked step', [...GOOD, '- [X] b'], ['step-ticked:6']],
    ['the same step twice', [...GOOD, '- [ ] A STEP.'], ['step-twice:6']],
    ['a step that says nothing', [...GOOD, '- [ ] '], ['step-empty:6']],
    ['an empty phase', [...GOOD, '## Q'], ['phase-empty:6']],
    ['the same phase twice', [...GOOD, '## p', '- [ ] b'], ['phase-twice:6']],
    ['a step before any phase', ['# T', '- [ ] a'], ['step-outside-phase:2']],
    ['no steps at all', ['# T', '## P', 'words'], ['no-steps:1', 'phase-empty:2']],
    ['nothing', [''], ['no-name:1', 'no-steps:1']],
    ['a very long step', [...GOOD, `- [ ] ${'word '.repeat(80)}`], ['step-long:6']],
  ])('finds %s', async (_name, lines, found) => {
    expect(await lint(...lines)).toEqual(found);
  });

  it('finds nothing in those that are built in, and they have the phases people know', async () => {
    const folder = path.join(PROJECT_ROOT, 'presets/templates');
    const names = fs.readdirSync(folder).sort();
    expect(names).toEqual([
      'bug-fix.md',
      'code-review.md',
      'feature-development.md',
      'refactoring.md',
      'release.md',
    ]);
    for (const name of names) {
      const parsed = await parseTemplate(fs.readFileSync(path.join(folder, name), 'utf8'));
      expect(lintTemplate(parsed), name).toEqual([]);
      expect(parsed.template.variables.some(({ required }) => required)).toBe(true);
      const commands = parsed.template.phases.flatMap(({ steps }) =>
        steps.flatMap(({ verify }) => verify ?? []),
      );
      // Nobody knows what a project's commands are called.
      expect(commands).toEqual([]);
    }
    const { template } = await parseTemplate(
      fs.readFileSync(path.join(folder, 'feature-development.md'), 'utf8'),
    );
    expect(template.phases.map(({ title, steps }) => [title, ...steps.map(({ text }) => text)])).toEqual([
      [
        'Setup',
        'Create the branch',
        'Install dependencies',
        'Review the requirements',
        'Plan the architecture',
      ],
      ['Implementation', 'Implement core logic', 'Write tests', 'Write documentation', 'Test locally'],
      [
        'Review',
        'Self-review of the whole change',
        'Fix what the review found',
        'Open a pull request',
        'Address review comments',
      ],
      ['Completion', 'Merge', 'Deploy to staging', 'Verify on staging', 'Update docs'],
    ]);
  });
});
