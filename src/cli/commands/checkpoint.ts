import { type Command, InvalidArgumentError } from 'commander';
import { renderDocument, withoutMachinePart } from '../../checkpoints/document.ts';
import { readDocument } from '../../checkpoints/document-file.ts';
import { projectFacts } from '../../checkpoints/project.ts';
import type { Checkpoint } from '../../checkpoints/types.ts';
import { HooksError, messageOf } from '../../errors.ts';
import { systemClock } from '../../platform/clock.ts';
import { visible } from '../../platform/terminal.ts';
import type { Cli } from '../cli.ts';
import { cell, checkpointTable, fileLines } from '../render/checkpoint.ts';
import { paint } from '../render/paint.ts';

const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const MAX_LINES = 60;
const PROGRESS_AFTER_MS = 1_500;

export function define(program: Command, cli: Cli): void {
  const checkpoint = program
    .command('checkpoint')
    .description(
      'Save, list, show and load states of the working tree. Nothing of yours is ever changed by them.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks checkpoint save "before the big refactoring"\n  claude-hooks checkpoint list\n',
    );
  checkpoint
    .command('save')
    .argument('[name]', 'free text; with a name it is saved even where nothing changed')
    .description('Save the working tree and the staged index.')
    .option('--note <text>', 'what to remember')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExample:\n  claude-hooks checkpoint save "Feature X works" --note "tests are still red"\n',
    )
    .action((name: string | undefined, options: { note?: string; json?: boolean }) =>
      save(cli, name, options),
    );
  checkpoint
    .command('list')
    .description('The checkpoints of all working trees of this repository, the newest first.')
    .option('--limit <n>', 'how many', positive, 20)
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks checkpoint list --limit 5\n')
    .action((options: { limit: number; json?: boolean }) => list(cli, options));
  checkpoint
    .command('show')
    .argument('<name>', 'id, name, or the beginning of one')
    .description('The document of a checkpoint and the files it changed against its commit.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks checkpoint show "Feature X works"\n')
    .action((name: string, options: { json?: boolean }) => show(cli, name, options.json === true));
  checkpoint
    .command('load')
    .argument('<name>', 'id, name, or the beginning of one')
    .description('What is needed to go on from a checkpoint: its document, and what has changed since.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks checkpoint load "Feature X works"\n')
    .action((name: string, options: { json?: boolean }) => load(cli, name, options.json === true));
  checkpoint
    .command('loop')
    .description('Save checkpoints of a live session until it ends. Started for you at its start.')
    .requiredOption('--session <id>', 'the session', sessionId)
    .requiredOption('--pid <n>', "the client's process id", positive)
    .option('--start <time>', 'when that process was started, as /proc tells it')
    .addHelpText('after', '\nExample:\n  claude-hooks checkpoint loop --session 0c4e… --pid 4711\n')
    .action((options: { session: string; pid: number; start?: string }) => loop(cli, options));
}

async function save(
  cli: Cli,
  name: string | undefined,
  options: { note?: string; json?: boolean },
): Promise<void> {
  const { openWorkplace } = await import('../../flows/workplace.ts');
  const { saveOnRequest } = await import('../../flows/checkpoint.ts');
  const place = await openWorkplace({ cwd: cli.cwd, env: cli.env, runtime: cli.runtime, now: systemClock });
  const session = cli.env.CLAUDE_CODE_SESSION_ID;
  const result = await withProgress(cli, 'Reading the working tree …', () =>
    saveOnRequest(place, {
      name,
      note: options.note,
      session: session !== undefined && SESSION_ID.test(session) ? session : undefined,
    }),
  );
  if (!result.saved && result.cause === 'refused') {
    throw new HooksError({
      code: 'checkpoint-refused',
      kind: 'failed',
      message: `No checkpoint was saved: ${visible(result.reason)}`,
      hint: visible(result.hint),
    });
  }
  const { checkpoint } = result;
  const documentError = result.saved ? result.documentError : undefined;
  if (documentError !== undefined) cli.say(`claude-hooks: ${visible(documentError)}`);
  if (options.json === true) {
    const more = result.saved ? { documentError } : { cause: result.cause };
    return cli.json({ ...checkpoint, saved: result.saved, ...more });
  }
  if (!result.saved) return cli.print(`Nothing has changed since ${paint(cli, 'cyan', checkpoint.id)}.`);
  const { counts } = checkpoint;
  cli.print(`Saved ${paint(cli, 'cyan', checkpoint.id)} "${cell(checkpoint.name, 60)}"`);
  cli.print(
    `  ${counts.new} new, ${counts.modified} modified, ${counts.deleted} deleted against the last commit`,
  );
  if (documentError === undefined) cli.print(`  ${checkpoint.document}`);
  for (const remark of checkpoint.remarks) cli.print(`  ${visible(remark)}`);
  for (const file of result.checkpoint.leftOut) {
    cli.print(
      `  ${paint(cli, 'yellow', 'not held')}: ${visible(file.path)} (${file.why}, ${file.bytes} bytes)`,
    );
  }
}

async function list(cli: Cli, options: { limit: number; json?: boolean }): Promise<void> {
  const { listCheckpoints } = await import('../../checkpoints/list.ts');
  const items = await listCheckpoints(cli.repository, { limit: options.limit });
  if (options.json === true) return cli.json({ items });
  if (items.length > 0) return cli.print(checkpointTable(cli, items));
  cli.print('There are no checkpoints yet. Save one: claude-hooks checkpoint save NAME');
}

async function show(cli: Cli, name: string, asJson: boolean): Promise<void> {
  const { findCheckpoint } = await import('../../checkpoints/list.ts');
  const { emptyTreeOf, filesOf } = await import('../../checkpoints/changes.ts');
  const { diffSummary } = await import('../../platform/simple-git.ts');
  const checkpoint = await findCheckpoint(cli.repository, name);
  const from = checkpoint.head ?? emptyTreeOf(checkpoint.tree);
  const [files, summary] = await Promise.all([
    filesOf(cli.repository, checkpoint),
    diffSummary(cli.repository.root, cli.env, from, checkpoint.tree),
  ]);
  const text = documentOf(cli, { ...checkpoint, files });
  const { insertions, deletions, changed } = summary;
  const total = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
  if (asJson) return cli.json({ ...checkpoint, files, stat: { changed, insertions, deletions }, text });
  cli.print(`${visible(withoutMachinePart(text))}\n\n`);
  cli.print(paint(cli, 'bold', `Against ${checkpoint.head?.slice(0, 12) ?? 'nothing'}: ${total}`));
  for (const line of fileLines(cli, files, MAX_LINES)) cli.print(line);
  cli.print(`  ${insertions} insertions, ${deletions} deletions`);
}

async function load(cli: Cli, name: string, asJson: boolean): Promise<void> {
  const { findCheckpoint } = await import('../../checkpoints/list.ts');
  const { changesSince, filesOf } = await import('../../checkpoints/changes.ts');
  const { openWorkplace } = await import('../../flows/workplace.ts');
  const { maxFileBytesOf } = await import('../../flows/checkpoint.ts');
  const checkpoint = await findCheckpoint(cli.repository, name);
  const place = await openWorkplace({ cwd: cli.cwd, env: cli.env, runtime: cli.runtime, now: systemClock });
  const maxFileBytes = maxFileBytesOf(place.resolved.config);
  // What cannot be compared (a read-only disk) does not keep the document from being read.
  const changes = await withProgress(cli, 'Comparing with the working tree …', () =>
    changesSince({ ...place, maxFileBytes, now: place.now() }, checkpoint).catch((error: unknown) => {
      cli.say(`claude-hooks: what has changed since cannot be told: ${visible(messageOf(error))}`);
      return null;
    }),
  );
  const files = await filesOf(cli.repository, checkpoint);
  const text = documentOf(cli, { ...checkpoint, files });
  if (asJson) return cli.json({ ...checkpoint, text, changes });
  cli.print(`${visible(withoutMachinePart(text))}\n\n`);
  if (changes === null) return;
  cli.print(paint(cli, 'bold', changes.length === 0 ? 'Nothing has changed since.' : 'Changed since:'));
  for (const line of fileLines(cli, changes, MAX_LINES)) cli.print(line);
}

async function loop(cli: Cli, options: { session: string; pid: number; start?: string }): Promise<void> {
  const { runLoopProcess } = await import('../../flows/checkpoint-loop.ts');
  const end = await runLoopProcess({
    runtime: cli.runtime,
    state: cli.state,
    session: options.session,
    clientPid: options.pid,
    clientStart: options.start,
    cwd: cli.cwd,
    now: systemClock,
  });
  cli.say(`claude-hooks: the loop of ${options.session} ended: ${end}`);
}

/** The document as it is on disk, with its edits; made anew where it is gone. */
function documentOf(cli: Cli, checkpoint: Checkpoint): string {
  const { root } = cli.repository;
  return readDocument(root, checkpoint.id) ?? renderDocument(checkpoint, root, projectFacts(root));
}

/** Says what takes so long, on a terminal, once it does. */
async function withProgress<T>(cli: Cli, text: string, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => cli.interactive && cli.say(text), PROGRESS_AFTER_MS);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number above 0.');
  return Number(text);
}

function sessionId(text: string): string {
  if (!SESSION_ID.test(text)) throw new InvalidArgumentError('It is no session id.');
  return text;
}
