import * as path from 'node:path';
import type { FilePart } from '../../context/context-file.ts';
import { readEditable } from '../../context/editable.ts';
import { type ContextFinding, damaged, examineContext } from '../../context/examine.ts';
import { exists } from '../../platform/fs.ts';
import { documentPaths } from '../../store/paths.ts';
import type { Diagnosis, DoctorPlace } from '../doctor/types.ts';
import type { Workplace } from '../workplace.ts';
import { gatherFacts, trackedContext } from './facts.ts';

export type FileFinding = ContextFinding & { file: string };

/** Everything that is wrong with the context files of a working tree; empty where nothing is. */
export async function checkContext(place: Workplace): Promise<FileFinding[]> {
  const { root } = place.repository;
  const { context, contextLocal } = documentPaths(root);
  const [facts, tracked] = await Promise.all([
    gatherFacts(place, undefined),
    trackedContext(place.repository),
  ]);
  const files: { file: string; part: FilePart }[] = [
    { file: context, part: tracked.context ? 'shared' : 'whole' },
    { file: contextLocal, part: 'personal' },
  ];
  const found = files.flatMap(({ file, part }): FileFinding[] => {
    const read = readEditable(root, file);
    if (read.kind === 'missing') return part === 'personal' ? [] : [missing(file)];
    if (read.kind === 'note') return [unusable(file, read.note, read.line)];
    const input = {
      ...facts,
      part,
      budget: place.resolved.config.context.budget,
      exists: (name: string) => exists(path.join(root, name)),
    };
    return examineContext(read.text, input).map((finding) => ({ ...finding, file }));
  });
  return tracked.contextLocal ? [...found, localIsTracked(contextLocal)] : found;
}

/** For the doctor: what keeps the context files from being updated. */
export async function examineContextFiles({ repository }: DoctorPlace): Promise<Diagnosis[]> {
  const { context, contextLocal } = documentPaths(repository.root);
  return [context, contextLocal].flatMap((file) => {
    const read = readEditable(repository.root, file);
    const found =
      read.kind === 'note'
        ? [unusable(file, read.note, read.line)]
        : read.kind === 'text'
          ? damaged(read.text).map((finding) => ({ ...finding, file }))
          : [];
    return found.map(({ line, text, cure }) => ({
      id: 'context-file',
      level: 'warn' as const,
      text: `${file}${line === undefined ? '' : `:${line}`} is not kept up to date: ${text}`,
      cure,
    }));
  });
}

function missing(file: string): FileFinding {
  return {
    file,
    code: 'missing',
    line: undefined,
    text: 'there is no context file',
    cure: 'Make one from the project: claude-hooks context init',
  };
}

function unusable(file: string, note: string, line: number | undefined): FileFinding {
  const cure = note.includes('conflicts')
    ? 'Resolve the conflict.'
    : 'Make it a plain text file below 2 MB that you can write.';
  return { file, code: 'unusable', line, text: `it ${note}, and is left alone`, cure };
}

function localIsTracked(file: string): FileFinding {
  return {
    file,
    code: 'personal-tracked',
    line: undefined,
    text: 'git tracks it, though it differs from person to person; it is not updated',
    cure: `Run: git rm --cached .claude/${path.basename(file)}`,
  };
}
