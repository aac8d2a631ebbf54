import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { removeBlocks } from '../../../src/install/git-hooks/block.ts';
import {
  addToLefthookYaml,
  commandValue,
  type LefthookCommand,
} from '../../../src/install/git-hooks/lefthook-yaml.ts';

const commands: LefthookCommand[] = [
  { hook: 'post-commit', lines: ["echo 'a: b' # not a comment", '  indented'], stdin: false },
  { hook: 'pre-push', lines: ['cat'], stdin: true },
];

function added(text: string): Promise<string> {
  return addToLefthookYaml(text, commands, '/repo/lefthook.yml');
}

describe('lefthook.yml', () => {
  it('is extended for hooks that are there and that are not; the rest stays byte for byte', async () => {
    const text =
      '# top\r\npre-push:   # why\r\n    parallel: true\r\n\r\n    # linters\r\n    commands:\r\n        lint:\r\n            run: "npm run lint"\r\n';
    const result = await added(text);
    expect(
      result.startsWith(
        '# top\r\npre-push:   # why\r\n    parallel: true\r\n\r\n    # linters\r\n    commands:\r\n        # >>> claude-hooks >>>\r\n',
      ),
    ).toBe(true);
    expect(removeBlocks(result)).toBe(text);
    expect(parse(result)['pre-push'].commands['claude-hooks']).toEqual(
      commandValue(commands[1] as LefthookCommand),
    );
    expect(await added(result)).toBe(result);
  });

  it('understands hooks with jobs, without content, and an empty file', async () => {
    for (const text of [
      '',
      '# only a comment\n',
      'pre-push:\n',
      'pre-push:\n\npost-commit: # later\n',
      'pre-push:\n  jobs:\n    - run: x',
      '  pre-push:\n    jobs: []\n',
      'output: false',
    ]) {
      const result = await added(text);
      const expected = { ...(parse(text) as object | null) } as Record<
        string,
        Record<string, unknown> | null
      >;
      for (const command of commands)
        expected[command.hook] = {
          ...expected[command.hook],
          commands: { 'claude-hooks': commandValue(command) },
        };
      expect(parse(result)).toEqual(expected);
      expect([text, `${text}\n`]).toContain(removeBlocks(result));
      expect(await added(result)).toBe(result);
    }
  });

  it('is refused, not rewritten, where it cannot be extended by lines', async () => {
    for (const text of [
      'pre-push: {jobs: []}\n',
      '{}\n',
      'a: [\n',
      'x: &x\n  jobs: []\npre-push: *x\n',
      'a: 1\n...\nb: 2\n',
      '- list\n',
      'pre-push:\n  commands: {}\n',
      'pre-push: text\n',
    ])
      await expect(added(text)).rejects.toMatchObject({ code: 'lefthook-config-style', kind: 'conflict' });
  });

  it('keeps every generated configuration', async () => {
    const name = fc.constantFrom('pre-push', 'post-commit', 'pre-commit', 'output', 'commands', 'jobs');
    const leaf = fc.oneof(
      fc.boolean(),
      fc.string({ maxLength: 12 }),
      fc.integer(),
      fc.array(fc.string({ maxLength: 4 }), { maxLength: 2 }),
    );
    const command = fc.dictionary(fc.constantFrom('run', 'glob', 'tags'), leaf, { minKeys: 1, maxKeys: 2 });
    const hook = fc
      .record(
        {
          parallel: fc.boolean(),
          commands: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), command, {
            minKeys: 1,
            maxKeys: 2,
          }),
        },
        { requiredKeys: [] },
      )
      .filter((value) => Object.keys(value).length > 0);
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, hook, { maxKeys: 4 }),
        fc.constantFrom(2, 4),
        async (config, indent) => {
          const text = Object.keys(config).length === 0 ? '' : stringify(config, { indent });
          const result = await added(text);
          expect(removeBlocks(result)).toBe(text);
          expect(parse(result)).toMatchObject(config);
        },
      ),
      { numRuns: 200 },
    );
  });
});
