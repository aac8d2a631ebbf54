import * as path from 'node:path';
import { confirm, isCancel } from '@clack/prompts';
import type { Command } from 'commander';
import { evaluateConfig } from '../../config/evaluate.ts';
import { type LoadResult, loadConfig } from '../../config/load.ts';
import { allowCommands, grantTrust, revokeTrust, storeEvaluated } from '../../config/trust.ts';
import { trustFile, trustIdentity } from '../../config/trust-identity.ts';
import { problemLine } from '../../config/types.ts';
import { EXIT_CODES, HooksError } from '../../errors.ts';
import { type TemplateCommand, templateCommands } from '../../flows/template-commands.ts';
import { visible } from '../../platform/terminal.ts';
import { type Cli, cannotAsk } from '../cli.ts';
import { configRequest } from '../config-request.ts';

interface TrustOptions {
  yes?: true;
  revoke?: true;
  status?: true;
  json?: true;
}

export function define(program: Command, cli: Cli): void {
  program
    .command('trust')
    .description("Allow this repository's commands to run on this machine, for their present content")
    .option('--yes', 'allow without asking')
    .option('--revoke', 'take back everything that was allowed here')
    .option('--status', 'only say what is allowed (exit 1 where commands wait for it)')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  claude-hooks trust
  claude-hooks trust --yes
  claude-hooks trust --status --json
  CLAUDE_HOOKS_TRUST=<hash from --status> claude     # for one process only
`,
    )
    .action((options: TrustOptions) => trust(cli, options));
}

async function trust(cli: Cli, options: TrustOptions): Promise<void> {
  if ([options.revoke, options.status, options.yes].filter((flag) => flag === true).length > 1) {
    throw new HooksError({
      code: 'options-conflict',
      kind: 'usage',
      message: '--yes, --revoke and --status exclude each other.',
      hint: 'Give one of them.',
    });
  }
  if (options.revoke === true) return await revoke(cli, options.json === true);
  let loaded = loadConfig(configRequest(cli));
  const steps = await templateCommands(cli);
  if (options.status === true) return status(cli, loaded, steps, options.json === true);
  if (loaded.executable !== undefined) loaded = await evaluate(cli, loaded.executable, options);
  failOnErrors(loaded);
  const waits = isWaiting(loaded);
  const waiting = steps.filter(({ allowed }) => !allowed).map(({ command }) => command);
  const open = waits || waiting.length > 0;
  if (open) {
    if (options.json !== true) cli.print(describe(cli, loaded, steps));
    if (!(await agreed(cli, options, 'Allow these to run on this machine?'))) {
      cli.say('Nothing was allowed.');
      cli.exit(EXIT_CODES.failed);
      return;
    }
    if (waits) grantTrust({ repository: cli.repository, user: cli.user, resolved: loaded });
    allowCommands(cli, waiting);
    loaded = loadConfig(configRequest(cli));
  }
  if (options.json === true) cli.json(document(cli, loaded, await templateCommands(cli)));
  else if (open) cli.print('Allowed. Any change of what would run asks again.');
  else cli.print(describe(cli, loaded, steps));
}

function isWaiting({ trust: { state } }: LoadResult): boolean {
  return state === 'untrusted' || state === 'changed';
}

async function revoke(cli: Cli, asJson: boolean): Promise<void> {
  const revoked = revokeTrust({ repository: cli.repository, user: cli.user });
  if (asJson)
    cli.json({ ...document(cli, loadConfig(configRequest(cli)), await templateCommands(cli)), revoked });
  else
    cli.print(revoked ? 'Taken back: no command of this repository runs.' : 'Nothing had been allowed here.');
}

function status(cli: Cli, loaded: LoadResult, steps: readonly TemplateCommand[], asJson: boolean): void {
  if (asJson) cli.json(document(cli, loaded, steps));
  else cli.print(describe(cli, loaded, steps));
  const waits = isWaiting(loaded) || steps.some(({ allowed }) => !allowed);
  if (waits || loaded.executable !== undefined) cli.exit(EXIT_CODES.failed);
}

async function evaluate(cli: Cli, file: string, options: TrustOptions): Promise<LoadResult> {
  if (options.json !== true) cli.print(`Executable configuration: ${visible(file)}`);
  const question =
    'Run it once, without access to anything but itself and its local imports, and keep the result?';
  if (await agreed(cli, options, question)) {
    const executable = await evaluateConfig(file, cli.repository.root);
    storeEvaluated({ repository: cli.repository, user: cli.user, executable });
  }
  return loadConfig(configRequest(cli));
}

async function agreed(cli: Cli, options: TrustOptions, question: string): Promise<boolean> {
  if (options.yes === true) return true;
  if (!cli.interactive || options.json === true) throw cannotAsk(question, '--yes');
  const answer = await confirm({ message: question, initialValue: false });
  return !isCancel(answer) && answer;
}

function failOnErrors(loaded: LoadResult): void {
  const first = loaded.errors[0];
  if (first === undefined) return;
  const { file, line, column } = first;
  throw new HooksError({
    code: 'config-broken',
    kind: 'config',
    message: `The configuration has an error, so it is not clear what would run: ${problemLine({ ...first, file: undefined, line: undefined, column: undefined })}`,
    hint: 'Run: claude-hooks config validate',
    file,
    line,
    column,
  });
}

const STATES: Record<LoadResult['trust']['state'], string> = {
  trusted: 'These may run on this machine:',
  untrusted: 'These do not run: nobody allowed them on this machine.',
  changed: 'These do not run: they changed since they were allowed.',
  'nothing-to-trust': 'The configuration would run no commands.',
};

/** Commands are shown whole, not redacted: nobody can consent to what is hidden from them. */
function describe(cli: Cli, loaded: LoadResult, steps: readonly TemplateCommand[]): string {
  const { state, hash, commands } = loaded.trust;
  const lines = commands.map(({ key, text }) => `  ${key}: ${text}`);
  const where = `repository ${trustIdentity(cli.repository)}`;
  const code =
    loaded.executable === undefined
      ? []
      : [
          `Not read: ${path.basename(loaded.executable)} is executable; claude-hooks trust would evaluate it.`,
        ];
  const verifying =
    steps.length === 0
      ? []
      : [
          'Commands that verify steps of templates:',
          ...steps.map(
            ({ template, command, allowed }) =>
              `  ${template}: ${command}${allowed ? '' : ' (does not run: nobody allowed it)'}`,
          ),
        ];
  return [where, STATES[state], ...lines, ...verifying, `hash ${hash}`, ...code]
    .map((line) => visible(line.replace(/\n/g, '\\n')))
    .join('\n');
}

function document(
  cli: Cli,
  loaded: LoadResult,
  templates: readonly TemplateCommand[],
): Record<string, unknown> {
  const { state, hash, commands } = loaded.trust;
  return {
    id: hash,
    state,
    commandsTrusted: loaded.commandsTrusted,
    commands,
    templates,
    repository: trustIdentity(cli.repository),
    record: trustFile(cli.repository, cli.user),
    executable: loaded.executable,
    problems: loaded.problems,
  };
}
