import { Command, type Option } from 'commander';
import { PRESET_NAMES } from '../config/preset-catalog.ts';
import { visible } from '../platform/terminal.ts';
import { isId } from '../store/names.ts';
import type { Cli } from './cli.ts';
import { COMMANDS } from './commands.ts';

/** What a shell is offered. Only letters, digits and `._~-` in the word, so that no shell can take it for more. */
interface Candidate {
  word: string;
  /** For zsh and fish, which show it beside the word. */
  note?: string;
}

/** What can stand in a place of the command line. */
type Kind =
  | 'checkpoint'
  | 'partition'
  | 'snapshot'
  | 'template'
  | 'operation'
  | 'session'
  | 'work'
  | 'preset'
  | 'add-kind'
  | 'done-kind'
  | 'files'
  | 'nothing';

/** What each command takes, in order; the last goes on for a command that takes any number. */
export const ARGUMENTS: Readonly<Record<string, readonly Kind[]>> = {
  'checkpoint save': ['nothing'],
  'checkpoint show': ['checkpoint'],
  'checkpoint load': ['checkpoint'],
  'checkpoint diff': ['checkpoint', 'checkpoint'],
  'checkpoint search': ['nothing'],
  'checkpoint restore': ['checkpoint'],
  'checkpoint push': ['nothing', 'checkpoint'],
  'checkpoint fetch': ['nothing'],
  'snapshot save': ['nothing'],
  'snapshot show': ['snapshot'],
  'snapshot load': ['snapshot'],
  'snapshot diff': ['snapshot', 'snapshot'],
  'context add': ['add-kind', 'nothing'],
  'context done': ['done-kind', 'nothing'],
  'template show': ['template'],
  'template new': ['nothing'],
  'template lint': ['files'],
  'template start': ['template'],
  'template check': ['nothing'],
  'session show': ['work'],
  'session start': ['work'],
  'session resume': ['work'],
  'session pause': ['work'],
  'session cancel': ['work'],
  'session complete': ['work'],
  'session archive': ['work'],
  'session set': ['nothing', 'nothing'],
  'session get': ['nothing'],
  'session unset': ['nothing'],
  'session rename': ['work', 'nothing'],
  'session search': ['nothing'],
  'session branch': ['nothing'],
  undo: ['operation'],
  replay: ['session'],
  'replay bisect': ['session'],
  'config validate': ['files'],
  'partition show': ['partition'],
  'partition use': ['partition'],
};

/** What an option takes, by the word in its help. */
const VALUES: Readonly<Record<string, Kind>> = {
  path: 'files',
  folder: 'files',
  file: 'files',
  preset: 'preset',
  session: 'session',
  from: 'template',
  work: 'work',
};

/** Tells the script to complete names of files itself. */
const FILES = ':files';
const SAFE_WORD = /^[A-Za-z0-9][A-Za-z0-9._~-]*$|^--?[a-z][a-z-]*$/;
const MOST = 500;
const LONGEST_NOTE = 70;

/**
 * The lines a completion script reads: candidates for the last word, or `:files`. Reads what is there and runs nothing
 * but git's own reading; where something cannot be read, there is nothing to offer.
 * @param args the shell's name, `--`, and the words behind the program's name up to the one that is completed.
 */
export async function complete(cli: Cli, args: readonly string[]): Promise<string[]> {
  const [shell, , ...words] = args;
  try {
    const candidates = await candidatesFor(cli, joinedAtEquals(words));
    if (candidates === 'files') return [FILES];
    const safe = candidates
      .filter(({ word }) => SAFE_WORD.test(word.replace(/^--[a-z-]+=/, '')))
      .slice(0, MOST);
    return safe.map(({ word, note }) =>
      note === undefined || shell === 'bash' ? word : `${word}\t${plain(note)}`,
    );
  } catch {
    return [];
  }
}

/** One line that shows as it is. */
function plain(note: string): string {
  const text = visible(note).replace(/\s+/g, ' ').trim();
  return text.length > LONGEST_NOTE ? `${text.slice(0, LONGEST_NOTE - 1)}…` : text;
}

/** Bash gives `--mode=ex` as three words; the others as one. */
function joinedAtEquals(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    // The value stands alone then, and is completed alone.
    if (word === '=' && before?.startsWith('--') === true) joined.push('');
    else if (before === '' && joined.at(-2)?.startsWith('--') === true) joined[joined.length - 1] = word;
    else joined.push(word);
  }
  return joined;
}

async function candidatesFor(cli: Cli, words: readonly string[]): Promise<Candidate[] | 'files'> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const starting = (all: readonly Candidate[]): Candidate[] =>
    all.filter(({ word }) => word.startsWith(current));
  const verb = before.find((word) => !word.startsWith('-'));
  if (verb === undefined)
    return starting(
      current.startsWith('-')
        ? [{ word: '--help' }, { word: '--version' }]
        : COMMANDS.map(({ name, summary }) => ({ word: name, note: summary })),
    );
  const place = await walk(cli, verb, before.slice(before.indexOf(verb) + 1));
  if (place === undefined) return [];
  const { command, option, given } = place;
  const isNextOption = option?.variadic === true && current.startsWith('-');
  if (option !== undefined && !isNextOption) return valuesOf(cli, option, current);
  const equals = /^(--[a-z-]+)=(.*)$/.exec(current);
  if (equals !== null) {
    const named = command.options.find(({ long }) => long === equals[1]);
    const values = named === undefined ? [] : await valuesOf(cli, named, equals[2] ?? '');
    return values === 'files' ? values : values.map((one) => ({ ...one, word: `${equals[1]}=${one.word}` }));
  }
  if (current.startsWith('-')) return starting(optionsOf(command));
  const kinds = ARGUMENTS[pathOf(command)] ?? [];
  const kind = given < kinds.length ? kinds[given] : isOpenEnded(command) ? kinds.at(-1) : undefined;
  const values = kind === undefined ? [] : await ofKind(cli, kind, current);
  if (values === 'files' || given > 0) return values;
  const subs = command.commands.map((sub) => ({ word: sub.name(), note: sub.description() }));
  return [...starting(subs), ...values];
}

interface Place {
  command: Command;
  /** The option whose value is completed. */
  option: Option | undefined;
  /** How many arguments stand before. */
  given: number;
}

/** Follows the words to the command they lead to. */
async function walk(cli: Cli, verb: string, words: readonly string[]): Promise<Place | undefined> {
  const entry = COMMANDS.find(({ name }) => name === verb);
  if (entry === undefined) return undefined;
  const program = new Command('claude-hooks');
  await (await entry.load()).define(
    program,
    cli,
    words.find((word) => !word.startsWith('-')),
  );
  let command = program.commands.find((one) => one.name() === verb);
  let option: Option | undefined;
  let given = 0;
  let onlyArguments = false;
  for (const word of words) {
    if (command === undefined) return undefined;
    const sub: Command | undefined = command.commands.find((one) => one.name() === word);
    if (option !== undefined && (!option.variadic || word.startsWith('-'))) {
      const wasValue: boolean = !word.startsWith('-');
      option = undefined;
      if (wasValue) continue;
    }
    if (option !== undefined) continue;
    if (word === '--') onlyArguments = true;
    else if (!onlyArguments && word.startsWith('-')) {
      const known: Option | undefined = command.options.find(
        ({ long, short }) => long === word || short === word,
      );
      option = known?.required === true ? known : undefined;
    } else if (sub !== undefined) command = sub;
    else given += 1;
  }
  return command === undefined ? undefined : { command, option, given };
}

function optionsOf(command: Command): Candidate[] {
  const own = command.options.filter(({ hidden }) => !hidden);
  return [
    ...own.map(({ long, short, description }) => ({ word: long ?? short ?? '', note: description })),
    { word: '--help', note: 'display help for command' },
  ];
}

async function valuesOf(cli: Cli, option: Option, current: string): Promise<Candidate[] | 'files'> {
  const word = /<([a-z]+)/.exec(option.flags)?.[1] ?? '';
  if (option.argChoices !== undefined)
    return option.argChoices
      .filter((choice) => choice.startsWith(current))
      .map((choice) => ({ word: choice }));
  const kind = VALUES[option.attributeName()] ?? VALUES[word];
  return kind === undefined ? [] : ofKind(cli, kind, current);
}

/** `checkpoint show`: what leads to a command. */
function pathOf(command: Command): string {
  const parent = command.parent;
  return parent === null || parent.parent === null ? command.name() : `${parent.name()} ${command.name()}`;
}

function isOpenEnded(command: Command): boolean {
  return command.registeredArguments.at(-1)?.variadic === true;
}

async function ofKind(cli: Cli, kind: Kind, current: string): Promise<Candidate[] | 'files'> {
  if (kind === 'files') return 'files';
  return (await SOURCES[kind](cli)).filter(({ word }) => word.startsWith(current));
}

const SOURCES: Readonly<Record<Exclude<Kind, 'files'>, (cli: Cli) => Promise<Candidate[]>>> = {
  nothing: () => Promise.resolve([]),
  preset: () => Promise.resolve(PRESET_NAMES.map((word) => ({ word }))),
  'add-kind': () => Promise.resolve(['decision', 'issue', 'next', 'note'].map((word) => ({ word }))),
  'done-kind': () => Promise.resolve(['issue', 'next'].map((word) => ({ word }))),
  async checkpoint({ repository }) {
    const { pageCheckpoints } = await import('../checkpoints/list.ts');
    const { when } = await import('./render/checkpoint.ts');
    const { items } = await pageCheckpoints(repository);
    const latest = items.length === 0 ? [] : [{ word: 'latest', note: 'the newest of this working tree' }];
    return [
      ...items.map(({ id, name, createdAt }) => ({ word: id, note: `${name}, ${when(createdAt)}` })),
      ...latest,
    ];
  },
  async partition(cli) {
    const { openWorkplace } = await import('../flows/workplace.ts');
    const { systemClock } = await import('../platform/clock.ts');
    const { commandWord } = await import('../partitions/find.ts');
    const place = await openWorkplace({ ...cli, now: systemClock });
    return place.resolved.config.partitions.map((one) => ({
      word: commandWord(one),
      ...(one.description === undefined ? {} : { note: one.description }),
    }));
  },
  async session(cli) {
    const { pageCheckpoints } = await import('../checkpoints/list.ts');
    const { knownTranscripts } = await import('../flows/known-transcripts.ts');
    const { when } = await import('./render/checkpoint.ts');
    const known = knownTranscripts(cli).map(({ session, writtenAt }): [string, string] => [
      session,
      `last used ${when(new Date(writtenAt).toISOString())}`,
    ]);
    const { items } = await pageCheckpoints(cli.repository);
    const saved = items.flatMap(({ session }): [string, undefined][] =>
      session === undefined ? [] : [[session, undefined]],
    );
    const notes = new Map<string, string | undefined>([...saved, ...known]);
    return [...notes].map(([word, note]) => (note === undefined ? { word } : { word, note }));
  },
  async work({ state, repository }) {
    const { listSessions } = await import('../flows/sessions/list.ts');
    const { rows } = await listSessions({ state, repository });
    return rows.map(({ id, name }) => ({ word: id, note: name }));
  },
  async snapshot({ repository }) {
    const { documentPaths } = await import('../store/paths.ts');
    const { listDirectory } = await import('../platform/fs.ts');
    const names = listDirectory(documentPaths(repository.root).snapshots);
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => ({ word: name.slice(0, -'.json'.length) }))
      .filter(({ word }) => isId(word));
  },
  async template(cli) {
    const { listTemplateFiles } = await import('../templates/places.ts');
    const { templateFolders } = await import('../flows/templates.ts');
    return listTemplateFiles(templateFolders(cli))
      .filter(({ shadowed }) => !shadowed)
      .map(({ slug, origin }) => ({ word: slug, note: origin }));
  },
  async operation({ state }) {
    const { doneOperations } = await import('../store/operations.ts');
    return doneOperations(state).map(({ operation: { id, title } }) => ({ word: id, note: title }));
  },
};
