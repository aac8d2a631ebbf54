import type { JsonObject } from './merge.ts';
import type { ConfigProblem, Position } from './types.ts';

/** Where a key or its value stands in a file; undefined where the file does not say it. */
export type Locate = (path: readonly (string | number)[], what: 'key' | 'value') => Position | undefined;

export interface Parsed {
  /** Undefined where the text is no configuration; then `problems` says why. */
  value: JsonObject | undefined;
  locate: Locate;
  problems: ConfigProblem[];
}

/** The error of a file whose whole content is a list, a number, a path to a script ... */
export function notAnObject(file: string, at: Position | undefined, key?: string): ConfigProblem {
  return {
    level: 'error',
    code: 'not-an-object',
    message: 'the configuration has to be an object of keys and values',
    hint: 'a path to a script is not read; write the values themselves',
    file,
    key,
    ...at,
  };
}
