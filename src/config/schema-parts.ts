import * as z from 'zod';
import { DURATION_PATTERN } from './duration.ts';

// What the schema has in several places, or in one that is long.

export const duration = z
  .string()
  .regex(DURATION_PATTERN, 'a duration is a number and a unit, for example "30m", "90s", "1.5h"');

const step = z
  .strictObject({
    name: z.string().min(1).describe('Shown in findings and logs.'),
    run: z.string().min(1).optional().describe('A shell command, run from the top of the working tree.'),
    script: z
      .string()
      .min(1)
      .optional()
      .describe('A zx script (path relative to the top of the working tree) instead of a command.'),
    timeout: duration.default('30s').describe('The step is killed with its children after this long.'),
    enabled: z.boolean().default(true).describe('Off: the step is kept but not run.'),
  })
  .refine((value) => (value.run === undefined) !== (value.script === undefined), {
    message: 'a step has either "run" or "script"',
  })
  .describe('A command or zx script of your own.');

/** As Claude Code reads it: closed by an unescaped parenthesis, on one line, about more than any command at all. */
export const commandRule = z
  .string()
  .max(200)
  .regex(
    /^Bash\([^\u0000-\u001f\u007f]*[A-Za-z0-9](?:[^\u0000-\u001f\u007f]*[^\u0000-\u001f\u007f\\])?\)$/,
    'a rule is Bash(...) around the beginning of a command, for example "Bash(terraform destroy *)"',
  );

export const moment = z.strictObject({
  enabled: z.boolean().default(true).describe('Off: this hook does nothing.'),
  steps: z.array(step).default([]).describe('Your own commands or zx scripts, run at this moment.'),
});

export const CONTEXT_SOURCES = [
  'template',
  'state',
  'partition',
  'checkpoint',
  'summary',
  'context',
  'git',
  'commits',
  'readme',
  'architecture',
] as const;

export const partition = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,58}[\p{L}\p{N}])?$/u,
        'a name is 1 to 60 letters, digits, spaces, ., _ or -',
      )
      .describe('How it is called in prompts and commands; upper and lower case are the same.'),
    globs: z
      .array(z.string().min(1).max(300))
      .min(1)
      .max(100)
      .describe(
        'Its files, from the top of the working tree: "src/ui/**"; one that begins with ! takes files out again.',
      ),
    context: z
      .string()
      .min(1)
      .optional()
      .describe('Its own context file; .claude/partitions/<name>.md where it is not given.'),
    description: z.string().max(500).optional().describe('What it covers, in a sentence.'),
    owner: z.string().max(100).optional().describe('Who answers for it.'),
    outside: z
      .enum(['allow', 'note', 'block'])
      .default('note')
      .describe('What happens when the agent edits a file outside it while it is in work.'),
  })
  .describe('A part of the project.');
