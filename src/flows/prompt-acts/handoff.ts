import * as path from 'node:path';
import { minuteStamp } from '../../platform/clock.ts';
import { createFileExclusive, statIfExists } from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import { renderHandoff, sortHandoff } from '../../prompts/handoff.ts';
import { redactHead, redactText } from '../../redact/redact.ts';
import { linkOutside, openDocumentFolder } from '../../store/documents.ts';
import { slugOf } from '../../store/names.ts';
import { documentPaths } from '../../store/paths.ts';
import { noFacts } from '../../transcript/facts-builder.ts';
import { narrativeOf } from '../../transcript/narrative.ts';
import { summarySections } from '../../transcript/summary-sections.ts';
import { peekSession } from '../session-facts.ts';
import { type ActPlace, type ActResult, inTime, shown } from './act.ts';

const FOLDER = '.claude/handoffs';
/** Handoffs to one agent in one minute. */
const MOST_OF_A_NAME = 99;
const MOST_FILES = 100;
const MOST_SPECS = 10;
const LONGEST_WORDS = 20_000;
/** What may be a path in a sentence. */
const PATH = /[A-Za-z0-9_@.][\w@./-]{1,150}\.[A-Za-z0-9]{1,8}/g;

/** Writes down what another agent needs to go on: from the prompt's words and the session's facts, by rule. */
export async function handOff(
  at: ActPlace,
  { agent, lines }: { agent: string; lines: readonly string[] },
): Promise<ActResult> {
  const { place, session, event, nonce, deadline } = at;
  const { root } = place.repository;
  const one = shown(agent, nonce);
  const folder = documentPaths(root).handoffs;
  const outside = openDocumentFolder(root, folder);
  if (outside !== undefined)
    return {
      done: false,
      said: `no handoff was written: ${outside}`,
      told: `Handoff to ${one}: none was written.`,
    };
  const now = place.now();
  const branch = await inTime(deadline, () =>
    git(['branch', '--show-current'], { cwd: root, timeoutMs: 2_000 }),
  );
  const said = redactHead(lines.join('\n'), LONGEST_WORDS);
  const words = sortHandoff(said.split('\n'));
  const text = renderHandoff({
    from: `session ${session.slice(0, 8)}`,
    to: redactHead(agent, 100),
    writtenAt: now,
    branch: branch.stdout.trim() || undefined,
    transcript: event.transcript,
    ...words,
    ...factsOf(at, words.needs),
    spec: [...words.spec, ...namedFiles(root, said)].slice(0, MOST_SPECS),
  });
  const name = writeNew(folder, `${minuteStamp(now)}-${slugOf(agent, 'agent')}`, redactText(text));
  const file = `${FOLDER}/${name}`;
  return {
    done: true,
    said: `wrote the handoff to ${one}: ${file}`,
    told: `Handoff to ${one}: ${file} was written by rule from this prompt and the transcript. Read it, put right what it lacks, and let ${one} start from it.`,
  };
}

function factsOf(
  { place, session, event }: ActPlace,
  asked: readonly string[],
): { completed: string[]; files: string[]; needs: string[] } {
  const { state, repository } = place;
  const { transcript } = event;
  const facts = transcript === undefined ? noFacts() : peekSession(state, session, transcript).facts;
  const { done, tests } = summarySections(facts, repository.root);
  const { lastCompleted, notes, todos } = narrativeOf(facts);
  const isFile = (text: string): boolean => /^(?:Created|Modified) /.test(text);
  const finished = todos.flatMap(({ text, status }) => (status === 'completed' ? [text] : []));
  const open = todos.flatMap(({ text, status }) => (status === 'completed' ? [] : [text]));
  const said = finished.length > 0 || lastCompleted === undefined ? finished : [lastCompleted];
  return {
    completed: [...said, ...tests.map(({ text }) => text)],
    files: done.flatMap(({ text }) => (isFile(text) ? [text] : [])).slice(0, MOST_FILES),
    needs: [...asked, ...open, ...notes],
  };
}

/** Files of the repository the words speak of. */
function namedFiles(root: string, words: string): string[] {
  const names = new Set((words.match(PATH) ?? []).slice(0, 200));
  return [...names].filter((name) => {
    const file = path.resolve(root, name);
    if (!file.startsWith(`${root}${path.sep}`)) return false;
    return linkOutside(root, file) === undefined && statIfExists(file)?.isFile() === true;
  });
}

/** A file of its own, whole or not at all. @throws where every name is taken or the disk does not take it. */
function writeNew(folder: string, base: string, text: string): string {
  for (let count = 1; count <= MOST_OF_A_NAME; count += 1) {
    const name = `${base}${count === 1 ? '' : `-${count}`}.md`;
    if (createFileExclusive(path.join(folder, name), text, 0o644)) return name;
  }
  throw new Error(`${FOLDER} holds ${MOST_OF_A_NAME} handoffs of this minute to that agent`);
}
