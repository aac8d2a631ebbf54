import * as path from 'node:path';
import { sha256 } from '../platform/digest.ts';
import { lstatIfExists, realPath } from '../platform/fs.ts';
import { parseByName } from './extends.ts';
import type { Parsed } from './parsed.ts';
import type { Collected, Piece, PlaceInput } from './pieces.ts';
import {
  EXECUTABLE_FILES,
  isInside,
  LOCAL_FILES,
  META_FILES,
  PROJECT_FILES,
  searchFolders,
  USER_FILES,
} from './places.ts';
import type { EvaluatedConfig } from './trust.ts';
import type { ConfigProblem } from './types.ts';

interface SearchInput extends PlaceInput {
  cwd: string;
  /** `$XDG_CONFIG_HOME/claude-session`. */
  userConfig: string;
  /** What an executable configuration evaluated to, if it was trusted. */
  evaluated: EvaluatedConfig | undefined;
}

export interface CollectedFiles extends Collected {
  /** An executable configuration that would be the project layer if it were trusted. */
  executable: string | undefined;
}

/** The user's file, the nearest project file and the nearest local file, lowest layer first. */
export function collectFiles(input: SearchInput): CollectedFiles {
  const user = pickFile(input, input.userConfig, USER_FILES, 'user');
  const folders = searchFolders(input.root, input.cwd);
  const code = folders.map((folder) => executables(input, folder));
  let executable: string | undefined;
  const project = nearest(folders, (folder, index) => {
    const picked = pickFile(input, folder, PROJECT_FILES, 'project');
    const trusted = code[index]?.trusted;
    if (picked.pieces.length === 0 && trusted === undefined) executable ??= code[index]?.untrusted;
    if (picked.pieces.length > 0 || trusted === undefined) return picked;
    return { pieces: [trusted], problems: picked.problems };
  });
  const local = nearest(folders, (folder) => pickFile(input, folder, LOCAL_FILES, 'local'));
  return {
    executable,
    pieces: [...user.pieces, ...project.pieces, ...local.pieces],
    problems: [user, project, local]
      .flatMap((part) => part.problems)
      .concat(code.flatMap((part) => part.problems)),
  };
}

function nearest(folders: string[], look: (folder: string, index: number) => Collected): Collected {
  const problems: ConfigProblem[] = [];
  for (const [index, folder] of folders.entries()) {
    const found = look(folder, index);
    problems.push(...found.problems);
    if (found.pieces.length > 0) return { pieces: found.pieces, problems };
  }
  return { pieces: [], problems };
}

/** The first of the files that is there and not empty; a warning names the others. */
function pickFile(
  input: PlaceInput,
  folder: string,
  names: readonly string[],
  layer: 'user' | 'project' | 'local',
): Collected {
  const found: Piece[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    const parsed = readFile(input, file, layer !== 'user');
    if (parsed !== undefined) {
      found.push({ layer, label: file, file, parsed, repositoryOwned: layer !== 'user' });
    }
  }
  const [first, ...others] = found;
  if (first === undefined) return { pieces: [], problems: [] };
  const problems = others.map(
    ({ file }): ConfigProblem => ({
      level: 'warning',
      code: 'second-file',
      message: `is not read: ${path.basename(first.file)} in the same folder comes first`,
      hint: 'keep one of them',
      file,
    }),
  );
  return { pieces: [first], problems: [...first.parsed.problems, ...problems] };
}

function readFile(input: PlaceInput, file: string, repositoryOwned: boolean): Parsed | undefined {
  const read = input.reader.read(file);
  if (read.kind === 'absent') return undefined;
  const refuse = (code: string, message: string): Parsed => ({
    value: undefined,
    locate: () => undefined,
    problems: [{ level: 'error', code, message, file }],
  });
  const isPackage = path.basename(file) === 'package.json';
  if (read.kind === 'unreadable') return isPackage ? undefined : refuse('unreadable', `this ${read.why}`);
  if (read.text.trim() === '') return undefined;
  const parsed = parseByName(file, read.text);
  if (parsed === 'absent') return undefined;
  if (repositoryOwned && !isInside(realPath(input.root), realPath(file))) {
    return refuse('link-outside', 'this is a link that leaves the repository');
  }
  return parsed;
}

/** What cosmiconfig would run in this folder: reported, and read only as the value it was trusted with. */
function executables(
  input: SearchInput,
  folder: string,
): { trusted: Piece | undefined; untrusted: string | undefined; problems: ConfigProblem[] } {
  let trusted: Piece | undefined;
  let untrusted: string | undefined;
  const problems: ConfigProblem[] = [];
  for (const name of [...EXECUTABLE_FILES, ...META_FILES]) {
    const file = path.join(folder, name);
    const { evaluated } = input;
    const read = input.reader.read(file);
    if (read.kind === 'absent' && lstatIfExists(file) === undefined) continue;
    if (META_FILES.includes(name)) {
      problems.push(notRead(file, 'executable settings of cosmiconfig are never used', undefined));
    } else if (evaluated?.file !== file) {
      untrusted ??= file;
      problems.push(notRead(file, 'executable', 'write JSON or YAML, or run claude-hooks trust'));
    } else if (!isAsTrusted(input, evaluated)) {
      untrusted ??= file;
      problems.push(notRead(file, 'changed since it was trusted', 'run claude-hooks trust again'));
    } else {
      const parsed: Parsed = { value: evaluated.value, locate: () => undefined, problems: [] };
      trusted ??= { layer: 'project', label: file, file, parsed, repositoryOwned: true };
    }
  }
  return { trusted, untrusted, problems };
}

function notRead(file: string, why: string, hint: string | undefined): ConfigProblem {
  return { level: 'warning', code: 'executable', message: `not read: ${why}`, hint, file };
}

function isAsTrusted(input: PlaceInput, evaluated: EvaluatedConfig): boolean {
  return Object.entries(evaluated.files).every(([file, hash]) => {
    const read = input.reader.read(file);
    return read.kind === 'text' && sha256(read.bytes) === hash;
  });
}
