import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { runLines, templateLines } from '../../render/template.ts';
import { meantConversation } from './shared.ts';

interface Options {
  session?: string;
  json?: boolean;
}

export function defineShow(template: Command, cli: Cli): void {
  template
    .command('show')
    .argument('[name]', 'slug, title, or the beginning of one; without it the one the session works by')
    .description('What a template holds, or how far the session is with its own.')
    .option('--session <work>', 'this session or conversation; the one that is open here unless told')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExamples:\n  claude-hooks template show bug-fix\n  claude-hooks template show\n')
    .action((name: string | undefined, options: Options) =>
      name === undefined ? showRun(cli, options) : showTemplate(cli, name, options.json === true),
    );
}

async function showTemplate(cli: Cli, name: string, asJson: boolean): Promise<void> {
  const { findTemplate } = await import('../../../flows/templates.ts');
  const { variablesOf } = await import('../../../templates/fill.ts');
  const loaded = await findTemplate(cli, name);
  const { slug, title, origin, file, parsed, problems } = loaded;
  const variables = variablesOf(parsed.template);
  if (asJson) return cli.json({ ...parsed.template, slug, title, origin, file, variables, problems });
  cli.print(templateLines(cli, loaded, variables).join('\n'));
}

async function showRun(cli: Cli, { session, json }: Options): Promise<void> {
  const { runOfSession, stepsOf, noSession } = await import('../../../flows/template-check.ts');
  const { workingDocument, waitingRun } = await import('../../../store/template-progress.ts');
  const { worktreeName } = await import('../../../store/paths.ts');
  const meant = await meantConversation(cli, session);
  const run =
    meant === undefined
      ? waitingRun(cli.state, worktreeName(cli.repository))
      : runOfSession(cli.state, meant);
  if (run === undefined) throw noSession(undefined);
  const document = workingDocument(cli.state, run.id);
  const { id, slug, title, origin, values, startedAt } = run;
  if (json === true)
    return cli.json({
      id,
      slug,
      title,
      origin,
      values,
      startedAt,
      session: meant,
      document,
      steps: stepsOf(run),
    });
  cli.print(runLines(cli, run, stepsOf(run), document).join('\n'));
  if (meant === undefined) cli.say('No session is open here: it waits for the next one.');
}
