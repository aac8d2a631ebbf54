import * as path from 'node:path';
import { realPath } from '../platform/fs.ts';
import type { SourceRead } from './fingerprint.ts';
import { parseConfig, parsePackageKey } from './parse.ts';
import type { Parsed } from './parsed.ts';
import type { Collected, Piece, PlaceInput } from './pieces.ts';
import { isInside } from './places.ts';
import { isPresetName, PRESET_NAMES } from './preset-catalog.ts';
import { closest } from './suggest.ts';
import type { ConfigProblem } from './types.ts';
import { locateNearest } from './validate.ts';

const MAX_DEPTH = 8;
const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*(?:\/|$)/;

/** Why a name in `extends` leads nowhere. */
interface Failure {
  code: string;
  message: string;
  hint: string;
}

/** The presets a piece names, lowest first, each after those it names itself; the piece is not among them. */
export function collectPresets(piece: Piece, input: PlaceInput, chain: string[] = [piece.file]): Collected {
  const wanted = piece.parsed.value?.extends;
  const names = typeof wanted === 'string' ? [wanted] : Array.isArray(wanted) ? wanted : [];
  const result: Collected = { pieces: [], problems: [] };
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string') continue;
    const at = typeof wanted === 'string' ? ['extends'] : ['extends', index];
    const found = findPreset(name, piece, input);
    const failure = 'message' in found ? found : chainFailure([...chain, found.file]);
    if (failure !== undefined || 'message' in found) {
      result.problems.push(problemAt(piece, at, failure as Failure));
      continue;
    }
    result.problems.push(...found.parsed.problems);
    const below = collectPresets(found, input, [...chain, found.file]);
    result.pieces.push(...below.pieces, found);
    result.problems.push(...below.problems);
  }
  return result;
}

function problemAt(piece: Piece, at: (string | number)[], failure: Failure): ConfigProblem {
  const place = locateNearest(piece.parsed, at, 'value');
  return { level: 'error', ...failure, file: piece.file, key: 'extends', ...place };
}

function chainFailure(chain: string[]): Failure | undefined {
  const words = chain.map((file) => path.basename(file)).join(' -> ');
  if (new Set(chain).size < chain.length) {
    return { code: 'preset-cycle', message: `presets name each other: ${words}`, hint: 'take one out' };
  }
  if (chain.length <= MAX_DEPTH + 1) return undefined;
  const message = `presets are nested more than ${MAX_DEPTH} deep: ${words}`;
  return { code: 'preset-depth', message, hint: 'name the innermost one directly' };
}

function findPreset(name: string, by: Piece, input: PlaceInput): Piece | Failure {
  const builtIn = name.startsWith('claude-hooks:') ? name.slice('claude-hooks:'.length) : name;
  if (isPresetName(builtIn)) {
    const file = path.join(input.presetsDirectory, `${builtIn}.json`);
    return pieceFrom(file, input.reader.read(file), `preset ${builtIn}`, by) ?? gone(`the preset ${builtIn}`);
  }
  if (by.layer === 'env' || by.layer === 'flags') return notBuiltIn(name);
  if (/^\.{1,2}[\\/]/.test(name) || path.isAbsolute(name) || name.startsWith('~'))
    return fileInRepository(name, by, input);
  return name.startsWith('claude-hooks:') || !PACKAGE.test(name) || name.split('/').includes('..')
    ? notBuiltIn(builtIn)
    : packagePreset(name, by, input);
}

function notBuiltIn(name: string): Failure {
  const guess = closest(name, PRESET_NAMES);
  const hint = guess === undefined ? `built in are ${PRESET_NAMES.join(', ')}` : `did you mean "${guess}"?`;
  return { code: 'unknown-preset', message: `there is no preset or package "${name}"`, hint };
}

function gone(what: string): Failure {
  return { code: 'preset-missing', message: `${what} is not there`, hint: 'check the name, or install it' };
}

/** A file relative to the one that names it. What the repository names has to lie in the repository. */
function fileInRepository(name: string, by: Piece, input: PlaceInput): Piece | Failure {
  const file = path.resolve(path.dirname(by.file), name);
  if (name.startsWith('~') || (by.repositoryOwned && !isInside(input.root, file))) return outside(name);
  if (isCode(file)) return executable(name);
  const read = input.reader.read(file);
  if (by.repositoryOwned && read.kind !== 'absent' && !isInside(realPath(input.root), realPath(file))) {
    return outside(name);
  }
  return pieceFrom(file, read, `preset ${name}`, by) ?? gone(`the file "${name}"`);
}

function outside(name: string): Failure {
  const hint = 'copy it into the repository, or name it in your user file';
  return { code: 'preset-outside', message: `"${name}" lies outside the repository`, hint };
}

function executable(name: string): Failure {
  return { code: 'preset-executable', message: `"${name}" is code`, hint: 'presets are JSON or YAML' };
}

function isCode(file: string): boolean {
  return !['', '.json', '.jsonc', '.yaml', '.yml'].includes(path.extname(file));
}

/** `name` or `name/file.json` in the nearest node_modules, from the folder of the file that names it upward. */
function packagePreset(name: string, by: Piece, input: PlaceInput): Piece | Failure {
  const parts = name.split('/');
  const length = name.startsWith('@') ? 2 : 1;
  const sub = parts.slice(length).join('/');
  if (sub !== '' && isCode(sub)) return executable(name);
  const top = by.repositoryOwned ? input.root : path.parse(by.file).root;
  for (let folder = path.dirname(by.file); isInside(top, folder); folder = path.dirname(folder)) {
    const home = path.join(folder, 'node_modules', ...parts.slice(0, length));
    for (const inner of sub === '' ? ['claude-session.json', 'package.json'] : [sub]) {
      const file = path.join(home, inner);
      const read = input.reader.read(file);
      if (read.kind === 'absent') continue;
      if (by.repositoryOwned && !isInside(realPath(input.root), realPath(file))) return outside(name);
      const piece = pieceFrom(file, read, `package ${name}`, by);
      if (piece !== undefined) return piece;
    }
    if (folder === path.dirname(folder)) break;
  }
  return notBuiltIn(name);
}

function pieceFrom(file: string, read: SourceRead, label: string, by: Piece): Piece | undefined {
  const parsed = read.kind === 'text' ? parseByName(file, read.text) : undefined;
  if (read.kind === 'absent' || parsed === 'absent') return undefined;
  const unreadable: Parsed = { value: undefined, locate: () => undefined, problems: [] };
  if (read.kind === 'unreadable') {
    unreadable.problems.push({ level: 'error', code: 'unreadable', message: `this ${read.why}`, file });
  }
  return { layer: 'preset', label, file, parsed: parsed ?? unreadable, repositoryOwned: by.repositoryOwned };
}

/** By the name of the file: `package.json` for its key, else JSON, YAML or either. */
export function parseByName(file: string, text: string): Parsed | 'absent' {
  if (path.basename(file) === 'package.json') return parsePackageKey(text, file);
  const ending = path.extname(file);
  if (ending === '.json' || ending === '.jsonc') return parseConfig(text, file, 'json');
  return parseConfig(text, file, ending === '.yaml' || ending === '.yml' ? 'yaml' : 'either');
}
