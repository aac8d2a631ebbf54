import {
  emptyPersonal,
  type FilePart,
  newContext,
  takeOver,
  updateContext,
} from '../context/context-file.ts';
import { readEditable } from '../context/editable.ts';
import { damaged } from '../context/examine.ts';
import type { ContextFacts } from '../context/facts.ts';
import { addRegions } from '../context/insert.ts';
import { proposalKeys } from '../context/proposals.ts';
import { realPath } from '../platform/fs.ts';
import { clearContextDue, type DueContext, listContextDue, markContextDue } from '../store/context-due.ts';
import { readOffered, rememberOffered } from '../store/offered.ts';
import { documentPaths, locateRepository, type Repository, worktreeName } from '../store/paths.ts';
import type { SessionFacts } from '../transcript/facts.ts';
import { gatherFacts, isInOperation, trackedContext } from './context/facts.ts';
import { keepOutOfGit } from './context/keep-out.ts';
import { sessionPart } from './context/session-part.ts';
import { type EditOutcome, editContextFile, withContextLock } from './context/write.ts';
import { followSession } from './session-facts.ts';
import type { Workplace } from './workplace.ts';

export type UpdatePlace = Pick<Workplace, 'repository' | 'state' | 'now' | 'log'>;

/** The end of a session, as far as the context file is concerned. */
export interface EndedSession {
  id: string;
  transcript: string;
  facts: SessionFacts;
}

export interface FileUpdate {
  file: string;
  part: FilePart;
  outcome: EditOutcome;
  /** Regions that were put into it. */
  added: string[];
}

interface UpdateRequest {
  session: EndedSession | undefined;
  /** A person asked: then the file git tracks is brought up to date as well. */
  byHand: boolean;
  addRegions: boolean;
}

const WORKER_WAIT_MS = 10_000;

/**
 * Brings the marked regions of the context file up to date. At the end of a session a missing file is created; after a git
 * operation only an existing one is touched, and never one that git tracks: a change there would stand in the way of the
 * next checkout or pull. What differs from person to person then goes into `.claude/context.local.md`. Whatever stands
 * outside the regions stays. A file that must not be written is left alone, with a line in the log; where another process
 * is at it for ten seconds, the next worker does it.
 */
export async function updateContextFile(
  place: UpdatePlace,
  session: EndedSession | undefined,
): Promise<void> {
  if (place.repository.gitDir === undefined) return;
  if (!(await updateByItself(place, session))) queue(place, session);
}

/** @returns false where it has to be done later. */
async function updateByItself(place: UpdatePlace, session: EndedSession | undefined): Promise<boolean> {
  const updates = await updateNow(place, { session, byHand: false, addRegions: false }, WORKER_WAIT_MS);
  for (const line of (updates ?? []).flatMap(problemsOf)) place.log('warn', `context: ${line}`);
  return updates?.every(({ outcome }) => outcome.kind !== 'busy') === true;
}

function queue({ repository, state, log }: UpdatePlace, session: EndedSession | undefined): void {
  log('warn', 'context: another process is changing the context file; the next worker updates it');
  const { root } = repository;
  const due: DueContext =
    session === undefined ? { root } : { root, session: { id: session.id, transcript: session.transcript } };
  markContextDue(state, worktreeName(repository), due);
}

/** Does the updates of this working tree that could not be done when they were due. */
export async function finishContextUpdates(place: UpdatePlace): Promise<void> {
  for (const { file, due } of listContextDue(place.state, place.repository.root)) {
    const { session } = due;
    const ended =
      session === undefined
        ? undefined
        : { ...session, facts: followSession(place.state, session.id, session.transcript) };
    if (await updateByItself(place, ended)) clearContextDue(file);
  }
}

/** The same place with the working tree an event came from: one worker serves all worktrees of a repository. */
export function atFolder<T extends { repository: Repository }>(place: T, folder: string | undefined): T {
  if (folder === undefined) return place;
  const repository = locateRepository(folder);
  const { commonDir } = place.repository;
  if (commonDir === undefined || repository.commonDir === undefined) return place;
  return realPath(repository.commonDir) === realPath(commonDir) ? { ...place, repository } : place;
}

/** @returns what became of each file; undefined, with nothing done, where the lock cannot be had within `waitMs`. */
export function updateNow(
  place: UpdatePlace,
  request: UpdateRequest,
  waitMs: number,
): Promise<FileUpdate[] | undefined> {
  return withContextLock(place, waitMs, async () => {
    const { session } = request;
    const [facts, tracked] = await Promise.all([
      gatherFacts(place, session === undefined ? undefined : sessionPart(session.id, session.facts)),
      trackedContext(place.repository),
    ]);
    const updates = tracked.context
      ? await updateBoth(place, request, facts, tracked.contextLocal)
      : [updateWhole(place, request, facts)];
    remember(place, updates);
    return updates;
  });
}

function updateWhole(place: UpdatePlace, request: UpdateRequest, facts: ContextFacts): FileUpdate {
  const input = { facts, part: 'whole' as const, offered: readOffered(place.state) };
  return editPart(place, documentPaths(place.repository.root).context, 'whole', (before, complete) => {
    if (before === undefined) return request.session === undefined ? undefined : newContext(input);
    return updateContext(request.addRegions ? complete(before) : before, input);
  });
}

async function updateBoth(
  place: UpdatePlace,
  request: UpdateRequest,
  facts: ContextFacts,
  isLocalTracked: boolean,
): Promise<FileUpdate[]> {
  const { context, contextLocal } = documentPaths(place.repository.root);
  const found = readEditable(place.repository.root, context);
  const shared = found.kind === 'text' ? found.text : undefined;
  const offered = readOffered(place.state);
  const obstacle = isLocalTracked
    ? 'is tracked by git, and holds what differs from person to person (git rm --cached takes it out)'
    : await keepOutOfGit(place.repository);
  if (obstacle !== undefined) {
    const outcome: EditOutcome = { kind: 'untouched', note: obstacle };
    return [{ file: contextLocal, part: 'personal', outcome, added: [] }];
  }
  const personal = editPart(place, contextLocal, 'personal', (before, complete) => {
    const text = takeOver(before ?? emptyPersonal(facts.date), shared ?? '');
    const ready = request.addRegions ? complete(text) : text;
    return updateContext(ready, { facts, part: 'personal', offered, shared });
  });
  const isSafe = personal.outcome.kind !== 'untouched' && personal.outcome.kind !== 'busy';
  if (!isSafe || !(request.byHand || request.session !== undefined)) return [personal];
  if (isInOperation(place.repository)) return [personal];
  const common = editPart(place, context, 'shared', (before, complete) => {
    if (before === undefined) return undefined;
    return updateContext(request.addRegions ? complete(before) : before, { facts, part: 'shared', offered });
  });
  return [common, personal];
}

function editPart(
  place: UpdatePlace,
  file: string,
  part: FilePart,
  edit: (before: string | undefined, complete: (text: string) => string) => string | undefined,
): FileUpdate {
  let added: string[] = [];
  const outcome = editContextFile(place, file, (before) =>
    edit(before, (text) => {
      const result = addRegions(text, part);
      added = result.added;
      return result.text;
    }),
  );
  return { file, part, outcome, added };
}

/** After the file was written: a process killed in between proposes nothing twice, because it stands there. */
function remember({ state, now }: UpdatePlace, updates: readonly FileUpdate[]): void {
  const offered = readOffered(state);
  const keys = updates.flatMap(({ outcome }) => ('text' in outcome ? proposalKeys(outcome.text ?? '') : []));
  rememberOffered(
    state,
    keys.filter((key) => !offered.has(key)),
    now(),
  );
}

/** One line for each thing that kept a file or a region from being updated. */
export function problemsOf({ file, outcome }: FileUpdate): string[] {
  if (outcome.kind === 'busy') return [`${file} kept changing and was left as it is`];
  if (outcome.kind === 'untouched') {
    const at = outcome.line === undefined ? '' : ` (line ${outcome.line})`;
    return [`${file} was left as it is: it ${outcome.note}${at}`];
  }
  return damaged(outcome.text ?? '').map(({ line, text }) => `${file}:${line}: ${text}`);
}
