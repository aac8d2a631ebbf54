import { configVariables, ENVIRONMENT_PREFIX } from './environment.ts';
import { isObject, type Json, type JsonObject } from './merge.ts';
import type { Collected, Piece } from './pieces.ts';
import { childKeys, schemaAt } from './shape.ts';
import { closest } from './suggest.ts';

/**
 * The environment layer, one piece a variable: `CLAUDE_SESSION_PRE_SESSION__ENV__FILE=.env.local`. Two
 * underscores go one level down; case and single underscores do not count. Values are JSON, or text.
 */
export function collectEnvironment(env: NodeJS.ProcessEnv): Collected {
  const result: Collected = { pieces: [], problems: [] };
  for (const [name, text] of configVariables(env)) {
    const words = name.slice(ENVIRONMENT_PREFIX.length).split('__');
    const path = pathOf(words);
    if (words.length === 1 && schemaAt(path) === undefined) {
      // Other programs have variables of this prefix too; only a likely slip is worth a word.
      const guess = closest(words[0] ?? '', childKeys([]));
      if (guess === undefined) continue;
      const hint = `did you mean "${ENVIRONMENT_PREFIX}${guess.toUpperCase()}"?`;
      result.problems.push({
        level: 'warning',
        code: 'unknown-variable',
        message: 'is not read',
        hint,
        file: name,
      });
      continue;
    }
    result.pieces.push(pieceOf(name, nest(path, readValue(text, path))));
  }
  return result;
}

function pieceOf(name: string, value: JsonObject): Piece {
  const parsed = { value, locate: () => undefined, problems: [] };
  return { layer: 'env', label: name, file: name, parsed, repositoryOwned: false };
}

function pathOf(words: string[]): string[] {
  const path: string[] = [];
  for (const word of words) {
    const plain = word.toLowerCase().replaceAll('_', '');
    const key = childKeys(path).find((name) => name.toLowerCase().replaceAll('-', '') === plain);
    path.push(key ?? word.toLowerCase());
  }
  return path;
}

function nest(path: string[], value: Json): JsonObject {
  const [key = '', ...rest] = path;
  return { [key]: rest.length === 0 ? value : nest(rest, value) };
}

function readValue(text: string, path: string[]): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return text;
  }
  // A text key keeps "123" or "true" as they are written; only quotes are taken off.
  return schemaAt(path)?.type === 'string' && typeof value !== 'string' && !isObject(value) ? text : value;
}
