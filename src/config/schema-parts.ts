import * as z from 'zod';
import { DURATION_PATTERN } from './duration.ts';

export const duration = z
  .string()
  .regex(DURATION_PATTERN, 'a duration is a number and a unit, for example "30m", "90s", "1.5h"');

export const step = z
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

export const moment = z.strictObject({
  enabled: z.boolean().default(true).describe('Off: this hook does nothing.'),
  steps: z.array(step).default([]).describe('Your own commands or zx scripts, run at this moment.'),
});
