import * as path from 'node:path';
import type { Config } from '../config/config.ts';
import { resolveConfig } from '../config/resolve.ts';
import { commandWord, contextFileOf, findPartition } from '../partitions/find.ts';
import { compilePartitions } from '../partitions/matcher.ts';
import { realPath } from '../platform/fs.ts';
import { visible } from '../platform/terminal.ts';
import { spellingOnDisk, truePath } from '../platform/true-path.ts';
import type { SessionEvent } from '../sessions/event.ts';
import { readSessionPartition } from '../store/partition.ts';
import { locateRepository, type Repository, statePaths, stateRoot, userPaths } from '../store/paths.ts';

type Partition = Config['partitions'][number];

/** Notes that belong to no part: the context of the whole project. */
const COMMON = ['.claude/context.md', '.claude/context.local.md'];
const MOST_GLOBS = 8;
const LONGEST_PATH = 300;

/**
 * What is to be said of an edit while a partition is in work: nothing of a file it holds, of one that is no part of the
 * project (another repository, a temporary folder), of its context file and of that of the project; of any other file
 * a note for the agent, or a refusal. A file is judged by where it really lies: links are followed, in a linked
 * worktree of the same repository the path from its top counts. Opens no workplace, so that little has to be loaded.
 * @returns the hook's answer as JSON text.
 */
export async function judgeEdit(
  input: { cwd: string; env: NodeJS.ProcessEnv; runtime: string },
  { session, tool, cwd }: SessionEvent,
): Promise<string | undefined> {
  const given = tool?.input.file_path ?? tool?.input.notebook_path;
  if (session === undefined || typeof given !== 'string') return undefined;
  const user = userPaths(input.env);
  const repository = locateRepository(input.cwd);
  const state = statePaths(stateRoot(repository, user));
  const choice = readSessionPartition(state, session);
  if (choice?.name === undefined) return undefined;
  const presetsDirectory = path.join(input.runtime, 'presets');
  const { config } = await resolveConfig({ ...input, repository, state, user, presetsDirectory });
  const partition = findPartition(config.partitions, choice.name);
  if (!config.enabled || partition === undefined || partition.outside === 'allow') return undefined;
  const file = pathInProject(repository, path.resolve(cwd ?? input.cwd, given));
  if (file === undefined || isInside(partition, file)) return undefined;
  return answer(partition, file, config.partitions, session);
}

/** The file from the top of its working tree, with `/`; undefined where it is no file of this project. */
export function pathInProject(repository: Repository, file: string): string | undefined {
  const place = truePath(file);
  const own = locateRepository(path.dirname(place));
  const isOurs =
    own.commonDir !== undefined &&
    repository.commonDir !== undefined &&
    realPath(own.commonDir) === realPath(repository.commonDir);
  // A submodule is a repository of its own and still a part of the project.
  const root = realPath(isOurs ? own.root : repository.root);
  const relative = path.relative(root, place);
  if (relative === '' || path.isAbsolute(relative) || relative.split(path.sep)[0] === '..') return undefined;
  return spellingOnDisk(root, relative).split(path.sep).join('/');
}

function isInside(partition: Partition, file: string): boolean {
  const isNote = COMMON.includes(file) || file === path.posix.normalize(contextFileOf(partition));
  return isNote || compilePartitions([partition]).holders(file).length > 0;
}

function answer(partition: Partition, file: string, all: readonly Partition[], session: string): string {
  const [owner] = compilePartitions(all).holders(file);
  const other = owner === undefined ? undefined : all[owner];
  const globs = partition.globs.slice(0, MOST_GLOBS).join(', ');
  const more = partition.globs.length > MOST_GLOBS ? ', ...' : '';
  const sentence = `${shorten(file)} lies outside the partition in work, ${partition.name} (${globs}${more})${other === undefined ? '' : `; it belongs to ${other.name}`}.`;
  const use = (name: string): string => `claude-hooks context partition use ${name} --session ${session}`;
  const change = `${other === undefined ? '' : `${use(commandWord(other))}, or without any: `}${use('none')}`;
  const output =
    partition.outside === 'block'
      ? {
          permissionDecision: 'deny',
          permissionDecisionReason: visible(
            `claude-hooks: ${sentence} The configuration refuses edits outside it. If the person wants this edit, change the partition first: ${change}`,
          ),
        }
      : {
          additionalContext: visible(
            `claude-hooks: ${sentence} Edit it only where the task needs it, and say so. To change the partition: ${change}`,
          ),
        };
  return `${JSON.stringify({ hookSpecificOutput: { hookEventName: 'PreToolUse', ...output } })}\n`;
}

function shorten(file: string): string {
  return file.length <= LONGEST_PATH ? file : `...${file.slice(-LONGEST_PATH)}`;
}
