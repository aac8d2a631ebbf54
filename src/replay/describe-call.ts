import * as path from 'node:path';
import { safeLine } from './text.ts';

/** The argument that says most of a call, by the tool. */
const TELLING: Readonly<Record<string, string>> = {
  Bash: 'command',
  Read: 'file_path',
  Write: 'file_path',
  Edit: 'file_path',
  MultiEdit: 'file_path',
  NotebookEdit: 'notebook_path',
  Glob: 'pattern',
  Grep: 'pattern',
  LS: 'path',
  WebFetch: 'url',
  WebSearch: 'query',
  Agent: 'description',
  Task: 'description',
  TaskCreate: 'subject',
  Skill: 'skill',
};

/** `Bash npm test`: the tool and the argument that says most, on one line. */
export function describeCall(tool: string, input: Record<string, unknown>, root: string): string {
  const named = input[TELLING[tool] ?? ''];
  const told =
    typeof named === 'string' ? named : Object.values(input).find((one) => typeof one === 'string');
  const value = typeof told !== 'string' ? '' : path.isAbsolute(told) ? below(root, told) : told;
  return safeLine(value === '' ? tool : `${tool} ${value}`);
}

/** A path relative to the top of the working tree, where it lies below it. */
export function below(root: string, file: string): string {
  const relative = path.relative(root, file);
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}
