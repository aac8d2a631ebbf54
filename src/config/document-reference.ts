import { isObject, type Json, type JsonObject } from './merge.ts';
import { configSchema } from './schema.ts';
import { childKeys, schemaAt } from './shape.ts';

const GENERATED = 'Generated from src/config/schema.ts by `npm run generate`; do not edit.';

/**
 * The reference of all keys and presets, in Markdown.
 * @param presets what each preset is for and what it sets.
 */
export function referenceText(presets: { name: string; about: string; value: JsonObject }[]): string {
  const rows = keyRows([], configSchema.parse({}) as unknown as JsonObject);
  const table = [['Key', 'Default', 'Meaning'], ['---', '---', '---'], ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  );
  const about = presets.flatMap(({ name, about: words, value }) => [
    `### ${name}`,
    '',
    words,
    '',
    '| Sets | To |',
    '| --- | --- |',
    ...settings(value).map(([key, text]) => `| \`${key}\` | ${text} |`),
    '',
  ]);
  return [`<!-- ${GENERATED} -->`, INTRODUCTION, '## Keys', '', ...table, '', '## Presets', '', ...about]
    .join('\n')
    .replace(/\n+$/, '\n');
}

function keyRows(path: (string | number)[], defaults: JsonObject): string[][] {
  return childKeys(path).flatMap((key): string[][] => {
    const at = [...path, key];
    const schema = schemaAt(at) ?? {};
    const value = defaults[key];
    const name = at
      .map((part) => (typeof part === 'number' ? '[]' : `.${part}`))
      .join('')
      .replace(/^\./, '');
    const words = typeof schema.description === 'string' ? schema.description : '';
    if (isObject(value)) return [[`**${name}**`, '', cell(words)], ...keyRows(at, value)];
    const row = [`\`${name}\``, value === undefined ? '' : code(value), cell(words)];
    const first = at[0] !== 'hooks' || at[1] === 'session-start';
    return [row, ...(first && schema.type === 'array' ? keyRows([...at, 0], itemDefaults(at)) : [])];
  });
}

function itemDefaults(path: (string | number)[]): JsonObject {
  const keys = childKeys([...path, 0]);
  const known = keys.map((key) => [key, schemaAt([...path, 0, key])?.default] as const);
  return Object.fromEntries(known.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function settings(value: JsonObject, path: string[] = []): [string, string][] {
  return Object.entries(value).flatMap(([key, item]): [string, string][] => {
    if (key === '$schema') return [];
    const at = [...path, key];
    if (isObject(item) && !('$append' in item)) return settings(item, at);
    const more = isObject(item) ? item.$append : undefined;
    return [[at.join('.'), more === undefined ? code(item) : `more: ${code(more)}`]];
  });
}

const code = (value: Json): string => `\`${JSON.stringify(value).replaceAll('|', '\\|')}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const INTRODUCTION = `
# Configuration

A repository is configured by data, never by code: JSON (comments and trailing commas are fine) or YAML. \`claude-hooks config
init\` writes a first file, \`config validate\` checks it, \`config show --origin\` says what counts and where it comes from.

## Where it is read from

Lowest first; a higher layer wins.

| Layer | Where |
| --- | --- |
| defaults | the table below |
| preset | what a file below names in \`extends\`; presets rank under every file, so a person's own file wins over a preset a project names |
| user | \`$XDG_CONFIG_HOME/claude-session/config.json\` (\`.yaml\`, \`.yml\`), else below \`~/.config\` |
| project | the first of: key \`claude-session\` in \`package.json\`; \`.claude-sessionrc\`, \`.claude-sessionrc.json\`, \`.yaml\`, \`.yml\`; \`.config/claude-sessionrc\` and the same with an ending |
| local | \`.claude-sessionrc.local\` with the same endings: personal, keep it out of commits |
| environment | \`CLAUDE_SESSION_CHECKPOINTS__EVERY=5m\`: two underscores go one level down, values are JSON or text |
| flags | of the command line |

Project and local file are looked for from the working folder up to the top of the working tree, each by itself; the nearest
counts, farther ones do not. Of two files in one folder the first of the row counts, and a warning names the other. The switches
of the shell doorbell and of the git hooks follow the file at the top of the working tree, and not the environment.

## How layers combine

Objects merge key by key, lists and values replace, \`{"$append": [...]}\` adds to a list, \`null\` removes what lower layers say.

\`extends\` names one or several presets, later over earlier: a built-in one (\`team\` or \`claude-hooks:team\`), a data file of the
repository (\`./conf/hooks.json\`, from the file that names it), or a package in \`node_modules\` (its \`claude-session.json\`, or
the key \`claude-session\` of its \`package.json\`).

## What a file of the repository cannot do

- Hold the address of a webhook (nor can any other file): \`notify.slack.webhook\` is a reference, \`env:SLACK_...\` in a file of
  the repository, any \`env:NAME\` or \`file:/path\` in the user file.
- Take anything away from \`redact.patterns\` or \`postSession.commit.exclude\`: its lists add to those.
- Name paths outside the repository, or put variables with secret-sounding names into error logs.
- Run anything. Dependency installs, pulls, tests, commits, cleaning, service probes and steps wait until someone on this machine
  ran \`claude-hooks install\` or \`claude-hooks trust\` for exactly this content; a change of what would run asks again.
- Be code. \`.claude-sessionrc.js\`, \`claude-session.config.ts\` and the like are not read by hooks. \`claude-hooks trust\` can
  evaluate one, shut off from everything but itself and its local imports, and keeps the result until one of them changes.

An error in one layer means that the layer does not count; hooks go on with the last valid configuration, say so in one line,
and run no commands.
`;
