import type { Command } from 'commander';
import { type Diagnosis, examine, repair } from '../../flows/doctor/index.ts';
import { openWorkplace } from '../../flows/workplace.ts';
import { systemClock } from '../../platform/clock.ts';
import { counted } from '../../platform/words.ts';
import type { Cli } from '../cli.ts';
import { paint } from '../render/paint.ts';

const SIGNS: Record<Diagnosis['level'], [sign: string, color: 'green' | 'cyan' | 'yellow' | 'red']> = {
  ok: ['ok   ', 'green'],
  info: ['note ', 'cyan'],
  warn: ['warn ', 'yellow'],
  error: ['ERROR', 'red'],
};

export function define(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description(
      'Find what is wrong with the installation, the state and the surroundings, and say the cure. Exits 1 where something is wrong.',
    )
    .option('--fix', 'repair what can be repaired without losing anything')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExamples:\n  claude-hooks doctor\n  claude-hooks doctor --fix\n')
    .action(async (options: { fix?: boolean; json?: boolean }) => {
      const place = {
        ...(await openWorkplace({ cwd: cli.cwd, env: cli.env, runtime: cli.runtime, now: systemClock })),
        dir: cli.cwd,
      };
      const first = await examine(place);
      const repairs = options.fix === true ? await repair(first) : new Map<string, string>();
      const found = repairs.size > 0 ? await examine(place) : first;
      const wrong = found.some(({ level }) => level === 'error' || level === 'warn');
      if (options.json === true) {
        cli.json({
          id: 'doctor',
          healthy: !wrong,
          items: found.map(({ id, level, text, cure, fix }) => ({
            id,
            name: id,
            level,
            text,
            cure,
            fixable: fix !== undefined,
          })),
          repairs: Object.fromEntries(repairs),
        });
      } else {
        print(cli, found, repairs);
      }
      if (wrong) cli.exit(1);
    });
}

function print(cli: Cli, found: readonly Diagnosis[], repairs: ReadonlyMap<string, string>): void {
  for (const [id, what] of repairs) cli.print(`fixed ${id}: ${what}`);
  const order: Diagnosis['level'][] = ['error', 'warn', 'info', 'ok'];
  for (const { level, text, cure } of [...found].sort(
    (a, b) => order.indexOf(a.level) - order.indexOf(b.level),
  )) {
    const [sign, color] = SIGNS[level];
    cli.print(`${paint(cli, color, sign)} ${text}`);
    if (level !== 'ok' && cure !== undefined) cli.print(`      -> ${cure}`);
  }
  const errors = found.filter(({ level }) => level === 'error').length;
  const warnings = found.filter(({ level }) => level === 'warn').length;
  cli.print(
    errors + warnings === 0
      ? '\nAll is well.'
      : `\n${counted(errors, 'error')}, ${counted(warnings, 'warning')}.`,
  );
}
