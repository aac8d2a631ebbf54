import * as path from 'node:path';
import type { Command } from 'commander';
import { visible } from '../../../platform/terminal.ts';
import { counted } from '../../../platform/words.ts';
import type { Cli } from '../../cli.ts';
import { shortPath } from '../../plan-view.ts';

export function defineLint(template: Command, cli: Cli): void {
  template
    .command('lint')
    .argument('[files...]', "files; without any the project's templates and yours")
    .description('Find what is wrong with templates, by line. Exits 1 where there is an error.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks template lint .claude/templates/release.md\n')
    .action((files: string[], options: { json?: boolean }) => lint(cli, files, options.json === true));
}

async function lint(cli: Cli, files: readonly string[], asJson: boolean): Promise<void> {
  const { lintTemplates } = await import('../../../flows/template-lint.ts');
  const { openPlace } = await import('../checkpoint/shared.ts');
  const results = await lintTemplates(
    await openPlace(cli),
    files.map((file) => path.resolve(cli.cwd, file)),
  );
  const problems = results.flatMap(({ file, problems }) => problems.map((one) => ({ file, ...one })));
  const errors = problems.filter(({ level }) => level === 'error').length;
  if (asJson) cli.json({ ok: errors === 0, files: results.map(({ file }) => file), problems });
  else {
    for (const { file, line, level, message, code } of problems)
      cli.print(`${visible(shortPath(file, cli))}:${line}: ${level}: ${visible(message)} (${code})`);
    const count = counted(results.length, 'template');
    cli.say(
      results.length === 0
        ? 'There are no templates of this project or yours. Write one: claude-hooks template new NAME'
        : `${count}, ${counted(errors, 'error')}, ${counted(problems.length - errors, 'warning')}`,
    );
  }
  if (errors > 0) cli.exit(1);
}
