import { expandBraces, GlobRefused } from './braces.ts';
import { readSegment, type Segment, STAR } from './segment.ts';

/** `**`: any number of folders, also none. */
export const DEEP = 'deep';

export interface Glob {
  /** It takes files out: it began with `!`. */
  negated: boolean;
  /** What it stands for, each one path of segments; a file that matches any of them matches the glob. */
  paths: (Segment | typeof DEEP)[][];
  /** The same as text, for git: without `!`, braces and a leading `/`. */
  texts: string[];
}

/** A longer one is refused: the configuration allows 300. */
const LONGEST = 1_000;

/**
 * Reads a glob as picomatch does with `dot: true`, without extended globs and ranges. Beyond it, a path without any
 * wildcard means a file or a folder with all that is in it, and so does a `/` at the end. Brackets around a plain word
 * (`app/[id]/page.tsx`) mean a character of it or the word with its brackets.
 * @returns why it cannot be used, as a clause.
 */
export function readGlob(glob: string): Glob | string {
  const negated = /^!(?!\()/.test(glob);
  const text = glob.slice(negated ? 1 : 0).replace(/^(?:\.?\/)+/, '');
  if (text === '') return 'it is empty';
  if (text.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'it holds a control character';
  try {
    const texts = expandBraces(withPlainBrackets(text.endsWith('/') ? `${text}**` : text));
    const paths = texts.map(readPath);
    return { negated, paths, texts };
  } catch (error) {
    if (error instanceof GlobRefused) return error.message;
    throw error;
  }
}

/**
 * `[id]` is a set of characters, and the name of a folder in which a web framework keeps what depends on an id; so
 * are `[...rest]` and `[[...rest]]`.
 */
function withPlainBrackets(glob: string): string {
  return glob.replace(/\\.|\[\[\.{0,3}\w+\]\]|\[\.{0,3}\w+\]/g, (part) => {
    if (part.startsWith('\\')) return part;
    const plain = part.replace(/[[\]]/g, '\\$&');
    return part.startsWith('[[') ? plain : `{${part},${plain}}`;
  });
}

function readPath(text: string): (Segment | typeof DEEP)[] {
  const path: (Segment | typeof DEEP)[] = [];
  for (const part of text.split('/')) {
    if (part === '..') throw new GlobRefused('it leads out of the working tree');
    if (part === '**') {
      if (path.at(-1) !== DEEP) path.push(DEEP);
    } else if (part !== '' && part !== '.') path.push(readSegment(part));
  }
  if (path.length === 0) throw new GlobRefused('it is empty');
  if (path.every((segment) => segment !== DEEP && segment.kind === 'name')) return [...path, DEEP];
  // `src/**` holds src itself (a submodule is a file to git), `*/**` no file beside the folders it is about.
  return path.at(-1) === DEEP && endsInStar(path.at(-2)) ? [...path, { kind: 'all' }] : path;
}

function endsInStar(segment: Segment | typeof DEEP | undefined): boolean {
  if (segment === undefined || segment === DEEP) return false;
  return segment.kind === 'all' || (segment.kind === 'pattern' && segment.tokens.at(-1) === STAR);
}
