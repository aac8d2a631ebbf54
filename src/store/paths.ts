import * as path from 'node:path';
import { lstatIfExists, readTextIfExists, realPath } from '../platform/fs.ts';

/** Where a folder belongs: found by reading `.git` entries, without starting git. */
export interface Repository {
  /** The top of the working tree that holds the folder; the folder itself outside any repository. */
  root: string;
  /** The working tree's own git directory; undefined outside any repository. */
  gitDir: string | undefined;
  /** The git directory shared by all linked worktrees. */
  commonDir: string | undefined;
}

/** Everything claude-hooks keeps for one repository, below one directory. */
export interface StatePaths {
  root: string;
  /** One file an event, put there by the doorbell; see `store/spool.ts`. */
  spool: string;
  /** Events a worker has claimed and not finished. */
  work: string;
  /** One append-only journal a conversation of the client: `<conversation>.jsonl`. */
  sessions: string;
  /** One append-only journal a session, the piece of work: `<session>.jsonl`; see `store/pieces.ts`. */
  pieces: string;
  /** One file a conversation: which session it belongs to; see `store/belonging.ts`. */
  conversations: string;
  /** One file a process of the client: the conversation it had last. */
  clients: string;
  /** One file a working tree: the session the next conversation in it belongs to. */
  awaited: string;
  /** One file a conversation whose client was killed, until the person was told. */
  lost: string;
  /** One file a session that branched off another: its brief; see `store/session-notes.ts`. */
  briefs: string;
  /** Notes that wait for a session: `<session>.<operation>`. */
  notes: string;
  /** What the list of sessions shows; made anew where it is missing. */
  sessionList: string;
  /** Journal of what concerns no single session. */
  journal: string;
  /** One file a live session: first line the client's process id. */
  live: string;
  /** One file a session: the scope (project, local, user) that handles its events. */
  owner: string;
  /** One file a session whose modification time says when the next checkpoint is due. */
  due: string;
  /** One file a session: findings that came too late for its start, shown at the next prompt. */
  late: string;
  /** What was read of transcripts so far, and what sessions were given: `<session>.json`, `<session>.given`. */
  facts: string;
  /** One file a session: the partition in work; see `store/partition.ts`. */
  partition: string;
  /** One file a working tree: the partition its sessions begin with. */
  partitionDefault: string;
  /** Templates sessions work by; see `store/template-progress.ts`. */
  templates: string;
  /** Durable work for the detached worker. */
  jobs: string;
  locks: string;
  /** Empty files the doorbell looks at instead of the configuration. */
  flags: string;
  /** Private git indexes, one a working tree. */
  indexes: string;
  /** What the list of checkpoints has read from git before; made anew where it is missing. */
  checkpointList: string;
  /** Redacted, compressed copies of transcripts: one folder a session; see `store/transcript-archive.ts`. */
  archive: string;
  /** Diagnostics of hooks and workers, JSON lines, capped. */
  log: string;
}

/** Directories of the person, not of a repository. XDG variables are honoured on every system. */
export interface UserPaths {
  /** Runtime copies, manifests, trust records. */
  data: string;
  /** Outbox and state of folders outside any repository. */
  state: string;
  /** Personal configuration: `claude-session/config.*`. */
  config: string;
  home: string;
}

export function userPaths(env: NodeJS.ProcessEnv): UserPaths {
  const home = env.HOME || env.USERPROFILE || '/';
  const absolute = (value: string | undefined, fallback: string): string =>
    value !== undefined && path.isAbsolute(value) ? value : path.join(home, fallback);
  return {
    home,
    data: path.join(absolute(env.XDG_DATA_HOME, '.local/share'), 'claude-hooks'),
    state: path.join(absolute(env.XDG_STATE_HOME, '.local/state'), 'claude-hooks'),
    config: path.join(absolute(env.XDG_CONFIG_HOME, '.config'), 'claude-session'),
  };
}

/** Walks up from `folder` to the first `.git`. A `.git` file of a linked worktree or submodule is followed. */
export function locateRepository(folder: string): Repository {
  const start = path.resolve(folder);
  for (let directory = start; ; directory = path.dirname(directory)) {
    const entry = path.join(directory, '.git');
    const stat = lstatIfExists(entry);
    if (stat?.isDirectory() === true || stat?.isSymbolicLink() === true) {
      return { root: directory, gitDir: entry, commonDir: entry };
    }
    if (stat?.isFile() === true) {
      const gitDir = followGitFile(entry);
      if (gitDir !== undefined) return { root: directory, gitDir, commonDir: commonDirOf(gitDir) };
    }
    if (directory === path.dirname(directory))
      return { root: start, gitDir: undefined, commonDir: undefined };
  }
}

function followGitFile(file: string): string | undefined {
  const match = /^gitdir: (.+?)\s*$/m.exec(readTextIfExists(file) ?? '');
  return match?.[1] === undefined ? undefined : path.resolve(path.dirname(file), match[1]);
}

function commonDirOf(gitDir: string): string {
  const text = readTextIfExists(path.join(gitDir, 'commondir'))?.trim();
  return text === undefined || text === '' ? gitDir : path.resolve(gitDir, text);
}

/**
 * In a repository: `claude-hooks/` in the git directory that all worktrees share, where neither `git status`
 * nor `git clean` sees it. Elsewhere: a folder of the person's state directory that mirrors the path.
 * `hooks/bell.sh` finds the same place by the same rule.
 */
export function stateRoot(repository: Repository, user: UserPaths): string {
  return repositoryState(repository)?.root ?? path.join(user.state, 'folders', repository.root, '@');
}

/** The state of a repository; undefined for a folder without git. */
export function repositoryState(repository: Repository): StatePaths | undefined {
  const { commonDir } = repository;
  return commonDir === undefined ? undefined : statePaths(path.join(commonDir, 'claude-hooks'));
}

export function statePaths(root: string): StatePaths {
  const at = (name: string): string => path.join(root, name);
  return {
    root,
    spool: at('spool'),
    work: at('work'),
    sessions: at('sessions'),
    pieces: at('pieces'),
    conversations: at('conversations'),
    clients: at('clients'),
    awaited: at('awaited'),
    lost: at('lost'),
    briefs: at('briefs'),
    notes: at('notes'),
    sessionList: at('sessions-1.list'),
    journal: at('journal.jsonl'),
    live: at('live'),
    owner: at('owner'),
    due: at('due'),
    late: at('late'),
    facts: at('facts'),
    partition: at('partition'),
    partitionDefault: at('partition-default'),
    templates: at('templates'),
    jobs: at('jobs'),
    locks: at('locks'),
    flags: at('flags'),
    indexes: at('indexes'),
    checkpointList: at('checkpoints-1.list'),
    archive: at('archive'),
    log: at('log.jsonl'),
  };
}

/** The documents people read, below `.claude/` of the working tree. */
export function documentPaths(root: string): {
  checkpoints: string;
  sessions: string;
  errors: string;
  snapshots: string;
  handoffs: string;
  templates: string;
  context: string;
  contextLocal: string;
} {
  const at = (name: string): string => path.join(root, '.claude', name);
  return {
    checkpoints: at('checkpoints'),
    sessions: at('sessions'),
    errors: at('errors'),
    snapshots: at('snapshots'),
    handoffs: at('handoffs'),
    templates: at('templates'),
    context: at('context.md'),
    contextLocal: at('context.local.md'),
  };
}

/** A stable name for a working tree among all worktrees of a repository: `main` or the worktree's git name. */
export function worktreeName(repository: Repository): string {
  if (repository.gitDir === undefined || repository.gitDir === repository.commonDir) return 'main';
  return path.basename(realPath(repository.gitDir));
}

/** The append-only journal of one conversation. */
export function conversationJournal(state: StatePaths, conversation: string): string {
  return path.join(state.sessions, `${conversation}.jsonl`);
}
