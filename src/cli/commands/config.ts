import * as path from 'node:path';
import { type Command, Option } from 'commander';
import { type ExplainedValue, explainConfig, originText } from '../../config/explain.ts';
import { initConfig } from '../../config/init.ts';
import { checkFile, type LoadResult, loadConfig } from '../../config/load.ts';
import { LOCAL_FILES, PROJECT_FILES, searchFolders, USER_FILES } from '../../config/places.ts';
import { PRESET_NAMES } from '../../config/preset-catalog.ts';
import { trustFile } from '../../config/trust-identity.ts';
import { type ConfigProblem, problemLine } from '../../config/types.ts';
import { EXIT_CODES } from '../../errors.ts';
import { visible } from '../../platform/terminal.ts';
import { redactValue } from '../../redact/redact.ts';
import { configCacheFile } from '../../store/config-cache.ts';
import type { Cli } from '../cli.ts';
import { configRequest } from '../config-request.ts';

export function define(program: Command, cli: Cli): void {
  const config = program.command('config').description('Show, validate and create the configuration');
  config.addHelpText(
    'after',
    '\nExamples:\n  claude-hooks config show --origin\n  claude-hooks config validate\n  claude-hooks config init --preset solo\n',
  );
  config
    .command('show')
    .description('Print every value that counts here (exit 3 where a file has an error)')
    .option('--origin', 'say where each value comes from')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  claude-hooks config show --origin\n')
    .action((options: { origin?: true; json?: true }) => show(cli, options));
  config
    .command('validate')
    .description('Check all files that count here, or one file (exit 0 where they are valid, else 3)')
    .argument('[file]', 'a file to check as a project configuration')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  claude-hooks config validate .claude-sessionrc.json\n')
    .action((file: string | undefined, options: { json?: true }) =>
      validate(cli, file, options.json === true),
    );
  config
    .command('init')
    .description('Write a first configuration at the top of the working tree (exit 5 where there is one)')
    .addOption(new Option('--preset <name>', `start from a preset: ${PRESET_NAMES.join(', ')}`))
    .addOption(new Option('--format <format>', 'form of the file').choices(['json', 'yaml']).default('json'))
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  claude-hooks config init --preset team\n')
    .action((options: { preset?: string; format: 'json' | 'yaml'; json?: true }) => init(cli, options));
  config
    .command('path')
    .description('Print the files that count here, and where others would be looked for')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  claude-hooks config path\n')
    .action((options: { json?: true }) => paths(cli, options.json === true));
}

function show(cli: Cli, options: { origin?: true; json?: true }): void {
  const loaded = loadConfig(configRequest(cli));
  const rows = redactValue(explainConfig(loaded.config, loaded.origins));
  if (options.json === true) {
    cli.json({
      config: redactValue(loaded.config),
      ...(options.origin === true ? { origins: rows } : {}),
      trust: loaded.trust,
      problems: loaded.problems,
    });
  } else {
    cli.print(table(rows, options.origin === true));
    tellProblems(cli, loaded.problems);
  }
  if (loaded.errors.length > 0) cli.exit(EXIT_CODES.config);
}

function table(rows: ExplainedValue[], withOrigin: boolean): string {
  const width = Math.max(...rows.map((row) => row.key.length));
  const lines = rows.map(({ key, value, origins }) => {
    const line = `${key.padEnd(width)}  ${JSON.stringify(value)}`;
    return withOrigin
      ? `${line}\n${' '.repeat(width)}    <- ${origins.map(originText).join(', then ')}`
      : line;
  });
  return lines.map(visible).join('\n');
}

function tellProblems(cli: Cli, problems: ConfigProblem[]): void {
  for (const problem of problems) cli.say(`${problem.level}: ${problemLine(problem)}`);
}

function validate(cli: Cli, file: string | undefined, asJson: boolean): void {
  const request = configRequest(cli);
  const loaded: LoadResult | undefined = file === undefined ? loadConfig(request) : undefined;
  const target = file === undefined ? undefined : path.resolve(cli.cwd, file);
  const problems = loaded?.problems ?? checkFile(target ?? '', request);
  const checked = loaded?.layers.map((layer) => layer.file) ?? [target ?? ''];
  const valid = !problems.some((problem) => problem.level === 'error');
  if (asJson) cli.json({ valid, files: checked, problems });
  else {
    tellProblems(cli, problems);
    const what =
      checked.length === 0 ? 'no configuration file: the defaults count' : checked.map(visible).join('\n  ');
    if (valid) cli.print(`valid\n  ${what}`);
  }
  if (!valid) cli.exit(EXIT_CODES.config);
}

function init(cli: Cli, options: { preset?: string; format: 'json' | 'yaml'; json?: true }): void {
  const file = initConfig(cli.repository.root, options);
  if (options.json === true) cli.json({ file, preset: options.preset });
  else {
    cli.print(`wrote ${visible(file)}`);
    cli.say('Next: claude-hooks config show, claude-hooks config validate, claude-hooks install');
  }
}

function paths(cli: Cli, asJson: boolean): void {
  const loaded = loadConfig(configRequest(cli));
  const folders = searchFolders(cli.repository.root, cli.cwd);
  const searched = {
    folders,
    project: PROJECT_FILES,
    local: LOCAL_FILES,
    user: USER_FILES.map((name) => path.join(cli.user.config, name)),
  };
  const trust = trustFile(cli.repository, cli.user);
  if (asJson) {
    cli.json({ files: loaded.layers, searched, trust, cache: configCacheFile(cli.state, cli.user) });
    return;
  }
  const used = loaded.layers.map(({ layer, label, file, counts }) => {
    const name = label === file ? `${layer.padEnd(8)} ${file}` : `${label} (${file})`;
    return `${name}${counts ? '' : '  (has an error, does not count)'}`;
  });
  const lines = [
    ...(used.length === 0 ? ['no configuration file: the defaults count'] : used),
    '',
    `project and local files are looked for in: ${folders.join(', ')}`,
    `  project: ${PROJECT_FILES.join(', ')}`,
    `  local:   ${LOCAL_FILES.join(', ')}`,
    `user:  ${searched.user.join(', ')}`,
    `trust: ${trust}`,
    `cache: ${configCacheFile(cli.state, cli.user)}`,
  ];
  cli.print(lines.map(visible).join('\n'));
}
