import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../../platform/clock.ts';
import { visible } from '../../../platform/terminal.ts';
import type { SessionRow } from '../../../store/session-list.ts';
import type { Cli } from '../../cli.ts';
import { cell } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { age, rowJson, sessionPlace } from './shared.ts';

interface Options {
  all?: boolean;
  limit: number;
  json?: boolean;
}

const STATE_WIDTH = 8;
const AGE_WIDTH = 6;

export function defineList(session: Command, cli: Cli): void {
  session
    .command('list')
    .description('The sessions of this repository: state, age, name, branch, changed files, open todos.')
    .option('--all', 'archived ones too')
    .option('--limit <n>', 'at most so many, the latest; 0 for all', limit, 50)
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks session list --all\n')
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, { all, limit: most, json }: Options): Promise<void> {
  const { listSessions } = await import('../../../flows/sessions/list.ts');
  const { rows, lost, problems } = await listSessions(sessionPlace(cli));
  for (const problem of problems) cli.say(`claude-hooks: ${visible(problem)}`);
  const wanted = rows.filter(({ state }) => all === true || state !== 'Archived');
  const shown = most === 0 ? wanted : wanted.slice(0, most);
  if (json === true)
    return cli.json({
      items: shown.map(rowJson),
      total: wanted.length,
      archived: rows.length - wanted.length,
      lost,
    });
  if (shown.length > 0) cli.print(sessionTable(cli, shown, new Set(lost), systemClock()));
  if (wanted.length > shown.length)
    cli.say(`${wanted.length - shown.length} older ones are not shown: --limit 0`);
  const hidden = rows.length - wanted.length;
  if (hidden > 0)
    cli.say(`${hidden} archived ${hidden === 1 ? 'session is' : 'sessions are'} not shown: --all`);
  if (rows.length === 0)
    cli.print(
      'There are no sessions yet. They begin with Claude Code, or with: claude-hooks session start NAME',
    );
}

/** One line for each session, none wider than the terminal as long as that has room for an id. */
function sessionTable(cli: Cli, rows: readonly SessionRow[], lost: ReadonlySet<string>, now: number): string {
  const idWidth = Math.max(...rows.map(({ id }) => id.length));
  return rows
    .map((row) => {
      const counts = [
        row.branch ?? '',
        row.files === 0 ? '' : `${row.files} ${row.files === 1 ? 'file' : 'files'}`,
        row.todos.open === 0 ? '' : `${row.todos.open} of ${row.todos.all} todos open`,
        row.done && row.state !== 'Complete' ? 'done' : '',
        lost.has(row.id) ? 'its client is gone' : '',
      ].filter((text) => text !== '');
      const head = `${row.state.padEnd(STATE_WIDTH)}  ${age(now - row.updatedAt).padStart(AGE_WIDTH)}  `;
      const room = cli.width - idWidth - 2 - head.length;
      const more = counts.length === 0 ? '' : `  [${counts.join(', ')}]`;
      const title = room < 5 ? '' : cell(`${row.name === row.id ? '' : row.name}${more}`.trim(), room);
      return `${paint(cli, 'cyan', row.id.padEnd(idWidth))}  ${stateText(cli, row.state, head)}${title}`.trimEnd();
    })
    .join('\n');
}

function stateText(cli: Cli, state: string, text: string): string {
  if (state === 'Working') return paint(cli, 'green', text);
  if (state === 'Active') return paint(cli, 'yellow', text);
  return state === 'Archived' ? paint(cli, 'dim', text) : text;
}

function limit(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number.');
  return Number(text);
}
