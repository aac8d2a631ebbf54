import * as path from 'node:path';
import { HooksError } from '../../errors.ts';
import { isOwnCommand } from '../../install/commands-text.ts';
import { HOOK_CATALOG, type Scope } from '../../install/hook-catalog.ts';
import { checkSettings } from '../../install/settings-check.ts';
import { parseSettings } from '../../install/settings-text.ts';
import { exists, readBytesIfExists } from '../../platform/fs.ts';
import { counted } from '../../platform/words.ts';
import { examineEdits, examineRules, isForEdits, wantedCalls } from './command-rules.ts';
import { type Diagnosis, type DoctorPlace, ok } from './types.ts';

const SCOPES: readonly Scope[] = ['project', 'local', 'user'];
const SLOW_STARTERS = /\b(?:npx|tsx|ts-node|bunx|pnpm dlx|yarn dlx)\b/;

/** A command in a settings file. */
export interface Hook {
  event: string;
  command: string;
  timeout: number | undefined;
  /** The permission rule it is for. */
  rule: string | undefined;
}

interface SettingsFile {
  scope: Scope;
  file: string;
  hooks: Hook[];
}

/** The settings files of a folder that exist and that the client would read. */
function readFiles(place: DoctorPlace): { files: SettingsFile[]; broken: Diagnosis[] } {
  const claude = place.env.CLAUDE_CONFIG_DIR || path.join(place.user.home, '.claude');
  const names: Record<Scope, string> = {
    project: path.join(place.dir, '.claude', 'settings.json'),
    local: path.join(place.dir, '.claude', 'settings.local.json'),
    user: path.join(claude, 'settings.json'),
  };
  const files: SettingsFile[] = [];
  const broken: Diagnosis[] = [];
  for (const scope of SCOPES) {
    const file = names[scope];
    const bytes = readBytesIfExists(file);
    if (bytes === undefined) continue;
    try {
      const settings = parseSettings(file, bytes);
      const warnings = checkSettings(settings, []);
      for (const text of warnings) {
        broken.push({
          id: 'hooks-disabled',
          level: 'error',
          text,
          cure: 'Remove "disableAllHooks" from that file.',
        });
      }
      files.push({ scope, file, hooks: hooksOf(settings.text) });
    } catch (error) {
      if (!(error instanceof HooksError)) throw error;
      broken.push({
        id: 'settings-dropped',
        level: 'error',
        text: error.message,
        cure: error.hint ?? 'Correct that place.',
      });
    }
  }
  return { files, broken };
}

function hooksOf(text: string): Hook[] {
  const settings = JSON.parse(text.trim() === '' ? '{}' : text) as { hooks?: Record<string, unknown> };
  return Object.entries(settings.hooks ?? {}).flatMap(([event, groups]) =>
    (Array.isArray(groups)
      ? (groups as { hooks?: { command?: unknown; timeout?: unknown; if?: unknown }[] }[])
      : []
    ).flatMap((group) =>
      (group.hooks ?? []).map((hook) => ({
        event,
        command: typeof hook.command === 'string' ? hook.command : '',
        timeout: typeof hook.timeout === 'number' ? hook.timeout : undefined,
        rule: typeof hook.if === 'string' ? hook.if : undefined,
      })),
    ),
  );
}

/** Our entries in the settings files: there, complete, unaltered, leading to code and to a node that run. */
export async function examineSettings(place: DoctorPlace): Promise<Diagnosis[]> {
  const { files, broken } = readFiles(place);
  const installed = files.filter(({ hooks }) => hooks.some(({ command }) => isOwnCommand(command)));
  if (installed.length === 0) {
    return [
      ...broken,
      {
        id: 'not-installed',
        level: 'error',
        text: `No settings file for ${place.dir} holds claude-hooks.`,
        cure: 'claude-hooks install',
      },
    ];
  }
  const twice =
    installed.length > 1
      ? [
          {
            id: 'installed-twice',
            level: 'warn' as const,
            text: `Installed in ${installed.map(({ scope }) => scope).join(' and ')} scope at once; each event is still handled once.`,
            cure: `claude-hooks uninstall --scope ${installed[1]?.scope ?? 'user'}`,
          },
        ]
      : [];
  return [
    ...broken,
    ...twice,
    ...installed.flatMap((file) => examineEntries(file, place)),
    ...files.flatMap(examineOthers),
  ];
}

function examineEntries({ scope, file, hooks }: SettingsFile, place: DoctorPlace): Diagnosis[] {
  const own = hooks.filter(({ command }) => isOwnCommand(command));
  const cure = `claude-hooks install --scope ${scope}`;
  const found: Diagnosis[] = [];
  const { rules, edits } = wantedCalls(place, scope, own);
  const missing = HOOK_CATALOG.filter(
    ({ tool, tools }) => tools === undefined && (tool === undefined || rules.length > 0),
  )
    .map(({ event }) => event)
    .filter((event) => !own.some((hook) => hook.event === event && !isForEdits(hook)));
  if (missing.length > 0)
    found.push({
      id: 'entries-missing',
      level: 'error',
      text: `${file} lacks our entry for ${missing.join(', ')}; another program may have rewritten it.`,
      cure,
    });
  const altered = own.filter((hook) => {
    const entry = HOOK_CATALOG.find(
      ({ event, tools }) => event === hook.event && (tools !== undefined) === isForEdits(hook),
    );
    return (
      entry === undefined ||
      entry.timeout !== hook.timeout ||
      !hook.command.includes(`${entry.bell}:${scope}`) ||
      !hook.command.includes('bell.')
    );
  });
  if (altered.length > 0)
    found.push({
      id: 'entries-altered',
      level: 'error',
      text: `${file}: our entry for ${altered.map(({ event }) => event).join(', ')} is not as it was installed.`,
      cure,
    });
  const isFirst = ({ event, rule }: Hook, index: number): boolean =>
    own.findIndex((hook) => hook.event === event && hook.rule === rule) === index;
  if (!own.every(isFirst)) {
    found.push({
      id: 'entries-doubled',
      level: 'warn',
      text: `${file} holds our entry for one event more than once.`,
      cure,
    });
  }
  if (missing.length === 0) found.push(...examineRules(file, own, rules, cure));
  found.push(...examineEdits(file, own, edits, cure));
  found.push(...examineTargets(own[0]?.command ?? '', scope, file, place, cure));
  return found.length === 0
    ? [ok('entries', `${file}: ${own.length} entries, complete and unaltered (${scope} scope).`)]
    : found;
}

function examineTargets(
  command: string,
  scope: Scope,
  file: string,
  place: DoctorPlace,
  cure: string,
): Diagnosis[] {
  const found: Diagnosis[] = [];
  const unquote = (match: RegExpExecArray | null): string | undefined => match?.[1]?.replaceAll(`'\\''`, "'");
  if (scope === 'project') {
    const inProject = /"\$CLAUDE_PROJECT_DIR\/([^"]+)"/.exec(command)?.[1];
    const places = [
      ...(inProject === undefined ? [] : [path.join(place.dir, inProject)]),
      path.join(place.user.data, 'runtime', 'current'),
    ];
    if (!places.some((runtime) => exists(path.join(runtime, 'bell.sh')))) {
      found.push({
        id: 'runtime-missing',
        level: 'error',
        text: `${file} leads to ${places.join(' or ')}, and claude-hooks is in neither: no hook runs.`,
        cure: 'npm install, or: npx claude-hooks install --scope project',
      });
    }
    return found;
  }
  const runtime = unquote(/ h='((?:[^']|'\\'')*)'/.exec(command));
  if (runtime !== undefined && !exists(path.join(runtime, 'bell.sh'))) {
    found.push({
      id: 'runtime-missing',
      level: 'error',
      text: `${file} leads to ${runtime}, and claude-hooks is no longer there: no hook runs.`,
      cure,
    });
  }
  const node = unquote(/ n='((?:[^']|'\\'')*)'/.exec(command));
  if (node !== undefined && !exists(node)) {
    found.push({
      id: 'node-moved',
      level: 'error',
      text: `${file} names ${node}, and node is no longer there; the one on PATH is used instead.`,
      cure,
    });
  }
  return found;
}

/** What other tools' hooks cost the session, where their command tells. */
function examineOthers({ file, hooks }: SettingsFile): Diagnosis[] {
  const others = hooks.filter(({ command }) => command !== '' && !isOwnCommand(command));
  const slow = others.filter(({ command }) => SLOW_STARTERS.test(command));
  const ending = others.filter(({ event, timeout }) => event === 'SessionEnd' && timeout === undefined);
  const long = others.filter(({ timeout }) => (timeout ?? 0) > 600);
  return [
    ...(slow.length > 0
      ? [
          {
            id: 'slow-hooks',
            level: 'warn' as const,
            text: `${file}: ${counted(slow.length, 'hook')} of other tools ${slow.length === 1 ? 'starts' : 'start'} through npx or tsx, 14 to 27 times the start of node: ${slow.map(({ event }) => event).join(', ')}.`,
            cure: 'Let that tool name its script directly.',
          },
        ]
      : []),
    ...(ending.length > 0
      ? [
          {
            id: 'session-end-budget',
            level: 'warn' as const,
            text: `${file}: ${counted(ending.length, 'SessionEnd hook')} of other tools ${ending.length === 1 ? 'declares' : 'declare'} no timeout; the client cancels ${ending.length === 1 ? 'it' : 'them'} after 1.5 s.`,
            cure: 'Add "timeout": 10 (seconds) to them.',
          },
        ]
      : []),
    ...(long.length > 0
      ? [
          {
            id: 'timeout-in-ms',
            level: 'warn' as const,
            text: `${file}: a timeout of ${long[0]?.timeout} is read as seconds.`,
            cure: 'Write seconds, not milliseconds.',
          },
        ]
      : []),
  ];
}
