import type { Scope } from './hook-catalog.ts';

/**
 * Commands before which a checkpoint is saved, in the words of Claude Code's permission rules (the part between
 * `Bash(` and `)`). The client itself compares them with every simple command of a Bash call, after leading variable
 * assignments, so a command that matches none starts no process. `*` stands for any text; ` *` at the end also for
 * none. A rule must not end in `:*`, which would make every other `*` in it a literal one. What each of them fires
 * for was tried with the client: docs/decisions/0010-before-commands.md.
 */
export const COMMAND_RULES: readonly string[] = [
  // Files. `rm*` is rm and rmdir.
  'rm*',
  'mv *',
  'truncate *',
  'dd *',
  'sed -i*',
  'sed * -i*',
  'perl -*i*',
  'find *-delete*',
  'find * rm *',
  'find * sed -i*',
  'xargs * rm*',
  'xargs * mv *',
  'xargs * sed -i*',
  // What runs another command, which the client does not look into.
  'sudo *',
  'bash -c *',
  'sh -c *',
  // git. `res` is reset and restore, `che` checkout and cherry-pick; rev-parse, status and commit match none.
  'git res*',
  'git che*',
  'git clean*',
  'git stash*',
  'git reb*',
  'git revert*',
  'git switch*',
  'git merge *',
  'git pull*',
  'git rm *',
  'git -* res*',
  'git -* checkout*',
  'git -* clean*',
  'git -* stash*',
  // Codemods.
  'jscodeshift *',
  'npx *jscodeshift*',
  'npx *codemod*',
  '*ast-grep *-U*',
  '*ast-grep *--update*',
  'sg *-U*',
  'sg *--update*',
  // Migrations: they write schema files, migration files and databases that are files.
  '*prisma migrate*',
  '*prisma db*',
  '*drizzle-kit *',
  '*knex* migrate*',
  '*sequelize* db*',
  '*typeorm* migration*',
  '*rails db*',
  '*rake db*',
  '*manage.py migrate*',
  '*alembic *grade*',
  'flyway *',
  'dropdb *',
  '*pm run *migrat*',
  '*pm run db*',
];

/**
 * The few for systems where each entry that is asked is a whole Node process: of a command it cannot read, the
 * client asks every entry.
 */
const CORE_COMMAND_RULES: readonly string[] = [
  'rm*',
  'mv *',
  'git res*',
  'git che*',
  'git clean*',
  'git stash*',
];

/**
 * What is between `Bash(` and `)` of each rule that an install writes an entry for.
 * @param commands the person's own rules, whole.
 */
export function wantedRules(commands: readonly string[], scope: Scope, platform: NodeJS.Platform): string[] {
  // A committed entry has one form on every system, and that one is a shell line.
  const own = platform === 'win32' && scope !== 'project' ? CORE_COMMAND_RULES : COMMAND_RULES;
  return [...new Set([...own, ...commands.flatMap((rule) => /^Bash\((.+)\)$/s.exec(rule)?.[1] ?? [])])];
}

/** Before a word: no letter, but for those of `\n` and `\t`, as JSON writes the end of a line and a tab. */
const START = '[!a-mo-su-z]';
/** Behind a word. */
const END = '[!a-z]';

/**
 * A shell pattern for text that may hold a command the rule is about. An entry looks for it in the event, because the
 * client asks every entry about a command it cannot read (a loop, a heredoc, a variable for an argument). Looser than
 * the rule where they differ. Made of letters, digits, `_./:@=+,-`, `*` and the two classes only: between quotes it
 * means itself to every shell and in JSON.
 */
export function searchPattern(content: string): string {
  const parts = content.replace(/:\*$/, ' *').match(/[\w./:@=+,-]+|[^\w./:@=+,-]+/g) ?? [];
  const isWord = (part: string | undefined): boolean => /^[\w./:@=+,-]/.test(part ?? '');
  const pattern = parts.map((part, index) => {
    if (isWord(part)) return part;
    if (index === 0) return /\s$/.test(part) ? START : '';
    if (index === parts.length - 1) return /^\s/.test(part) ? END : '';
    return /\s$/.test(part) ? `*${START}` : '*';
  });
  return `${isWord(parts[0]) ? START : ''}${pattern.join('')}${isWord(parts.at(-1)) ? END : ''}`;
}
