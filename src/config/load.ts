import type { Scope } from '../install/hook-catalog.ts';
import type { Repository, StatePaths, UserPaths } from '../store/paths.ts';
import { collectFiles } from './collect.ts';
import { combine, type Origins } from './combine.ts';
import type { Config } from './config.ts';
import { collectEnvironment } from './env-layer.ts';
import { TRUST_VARIABLE } from './environment.ts';
import { collectPresets, parseByName } from './extends.ts';
import { createReader, type Source, type SourceReader } from './fingerprint.ts';
import type { JsonObject } from './merge.ts';
import type { Piece, PlaceInput } from './pieces.ts';
import { describeRunnable } from './runnable.ts';
import { checkSafety } from './safety.ts';
import { configSchema } from './schema.ts';
import { parseTrust } from './trust.ts';
import { trustFile } from './trust-identity.ts';
import type { ConfigProblem, LayerName, ResolvedConfig, TrustState } from './types.ts';
import { validateLayer } from './validate.ts';

export interface ConfigRequest {
  repository: Repository;
  /** Where the search for project and local files starts. */
  cwd: string;
  state: StatePaths;
  user: UserPaths;
  env: NodeJS.ProcessEnv;
  /** The built-in presets: `<name>.json`. */
  presetsDirectory: string;
}

export interface LoadInput extends ConfigRequest {
  /** The highest layer: what the command line says. */
  flags?: JsonObject;
}

export interface LoadResult extends ResolvedConfig {
  errors: ConfigProblem[];
  warnings: ConfigProblem[];
  /** Where each value that is no default comes from, by dotted key. */
  origins: Origins;
  /** What was read, lowest first. Presets stand before the layers of files. */
  layers: { layer: LayerName; label: string; file: string; counts: boolean }[];
  /** Every file looked at, present or not: the configuration is the same while they are. */
  sources: Source[];
  /** The configuration without what only this process says (environment, command line). */
  shared: Config;
  /**
   * What an install in a scope goes by: in the committed project file nothing personal, in the person's own file,
   * which serves all repositories, nothing of this one.
   */
  forScope(scope: Scope): Config;
  /** An executable configuration that would be the project layer if `claude-hooks trust` evaluated it. */
  executable: string | undefined;
  /** Project and local file lie at the top of the working tree (or there are none). */
  atTop: boolean;
}

const SCOPE_LAYERS: Record<Scope, readonly LayerName[]> = {
  project: ['project'],
  local: ['user', 'project', 'local'],
  user: ['user'],
};

/**
 * Reads, checks and merges all layers. Never throws for what stands in them: a layer with an error does not
 * count, the errors say why, and commands are then not trusted. Runs no code of the repository.
 */
export function loadConfig(input: LoadInput): LoadResult {
  const reader = createReader();
  const places: PlaceInput = {
    reader,
    root: input.repository.root,
    presetsDirectory: input.presetsDirectory,
  };
  const record = recordOf(input, reader);
  const files = collectFiles({
    ...places,
    cwd: input.cwd,
    userConfig: input.user.config,
    evaluated: record?.executable,
  });
  const variables = collectEnvironment(input.env);
  const found = [...files.pieces, ...variables.pieces, ...flagPieces(input.flags)];
  const problems = [...files.problems, ...variables.problems];
  /** The layer of the file that named a preset. */
  const namedBy = new Map<Piece, LayerName>();
  const all = found.flatMap((piece) => {
    const presets = collectPresets(piece, places);
    problems.push(...presets.problems);
    for (const preset of presets.pieces) namedBy.set(preset, piece.layer);
    return [...presets.pieces, piece];
  });
  const bad = new Set<Piece>();
  for (const piece of all) {
    const wrong = [
      ...validateLayer(piece.parsed, piece.file),
      ...checkSafety(piece.parsed, piece, piece.file),
    ];
    problems.push(...wrong);
    if (wrong.length > 0 || piece.parsed.value === undefined) bad.add(piece);
  }
  const good = all.filter((piece) => !bad.has(piece));
  const defaults = configSchema.parse({}) as unknown as JsonObject;
  const merged = combine(defaults, good);
  const shared = combine(
    defaults,
    good.filter((piece) => piece.layer !== 'env' && piece.layer !== 'flags'),
  );
  const config = complete(merged.value, problems);
  const unique = dedupe(problems);
  const errors = unique.filter((problem) => problem.level === 'error');
  const ours = combine(
    {},
    good.filter((piece) => piece.repositoryOwned),
  ).value;
  const runnable = describeRunnable(ours, config, places);
  const granted =
    errors.length === 0 &&
    runnable.unreadable === undefined &&
    (input.env[TRUST_VARIABLE] === runnable.hash ||
      record?.grants.some((grant) => grant.hash === runnable.hash) === true);
  const state: TrustState =
    runnable.commands.length === 0
      ? 'nothing-to-trust'
      : granted
        ? 'trusted'
        : record !== undefined && record.grants.length > 0
          ? 'changed'
          : 'untrusted';
  const trust = { state, hash: runnable.hash, commands: runnable.commands };
  const warnings = unique.filter((problem) => problem.level === 'warning');
  if (state === 'untrusted' || state === 'changed') warnings.push(untrusted(state, runnable.commands.length));
  return {
    config: granted ? config : withoutRepositoryServices(config, good),
    problems: [...errors, ...warnings],
    commandsTrusted: granted,
    trust,
    errors,
    warnings,
    origins: merged.origins,
    layers: all.map((piece) => ({
      layer: piece.layer,
      label: piece.label,
      file: piece.file,
      counts: !bad.has(piece),
    })),
    sources: reader.sources(),
    executable: files.executable,
    shared: complete(shared.value, []),
    forScope: (scope) =>
      complete(
        combine(
          defaults,
          good.filter((piece) => SCOPE_LAYERS[scope].includes(namedBy.get(piece) ?? piece.layer)),
        ).value,
        [],
      ),
    atTop: files.pieces.every(
      (piece) => piece.layer === 'user' || isAtTop(piece.file, input.repository.root),
    ),
  };
}

/** What is wrong with one file, read as a project file of this repository. */
export function checkFile(file: string, input: LoadInput): ConfigProblem[] {
  const reader = createReader();
  const read = reader.read(file);
  if (read.kind !== 'text') {
    const message = read.kind === 'absent' ? 'there is no such file' : `this ${read.why}`;
    return [{ level: 'error', code: 'unreadable', message, file }];
  }
  const parsed = parseByName(file, read.text);
  if (parsed === 'absent') {
    return [{ level: 'error', code: 'unreadable', message: 'this has no key "claude-session"', file }];
  }
  const piece: Piece = { layer: 'project', label: file, file, parsed, repositoryOwned: true };
  const places = { reader, root: input.repository.root, presetsDirectory: input.presetsDirectory };
  const presets = collectPresets(piece, places);
  const checked = [...presets.pieces, piece].flatMap((each) => [
    ...validateLayer(each.parsed, each.file),
    ...checkSafety(each.parsed, each, each.file),
  ]);
  return dedupe([...parsed.problems, ...presets.problems, ...checked]);
}

function recordOf(input: LoadInput, reader: SourceReader): ReturnType<typeof parseTrust> {
  const read = reader.read(trustFile(input.repository, input.user));
  return parseTrust(read.kind === 'text' ? read.text : undefined, input.repository);
}

function flagPieces(flags: JsonObject | undefined): Piece[] {
  if (flags === undefined || Object.keys(flags).length === 0) return [];
  const parsed = { value: flags, locate: () => undefined, problems: [] };
  return [{ layer: 'flags', label: 'command line', file: 'command line', parsed, repositoryOwned: false }];
}

function complete(value: JsonObject, problems: ConfigProblem[]): Config {
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  problems.push({
    level: 'error',
    code: 'layers-disagree',
    message: `the layers do not fit together: ${result.error.issues[0]?.message ?? ''}`,
    key: result.error.issues[0]?.path.join('.'),
  });
  return configSchema.parse({});
}

/** Without consent nothing is contacted because a file of the repository names it. */
function withoutRepositoryServices(config: Config, pieces: Piece[]): Config {
  const own = combine(
    {},
    pieces.filter((piece) => !piece.repositoryOwned),
  ).value;
  const { services } = configSchema.parse(own).preSession;
  return { ...config, preSession: { ...config.preSession, services } };
}

function untrusted(state: TrustState, count: number): ConfigProblem {
  const what = `${count} command${count === 1 ? '' : 's'} of the configuration will not run`;
  const why =
    state === 'changed' ? 'the content changed since it was allowed' : 'nobody allowed it on this machine';
  const hint = 'see and allow them: claude-hooks trust';
  return { level: 'warning', code: 'untrusted', message: `${what}: ${why}`, hint };
}

function isAtTop(file: string, root: string): boolean {
  const folder = file.slice(root.length + 1).split(/[\\/]/);
  return file.startsWith(root) && (folder.length === 1 || (folder.length === 2 && folder[0] === '.config'));
}

function dedupe(problems: ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
