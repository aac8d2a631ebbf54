/** A Claude Code hook event claude-hooks listens to. */
export type ClientEvent =
  | 'SessionStart'
  | 'UserPromptSubmit'
  | 'PreToolUse'
  | 'Stop'
  | 'PreCompact'
  | 'StopFailure'
  | 'PostToolUseFailure'
  | 'SessionEnd';

export interface CatalogEntry {
  event: ClientEvent;
  /** The word the doorbell is rung with. */
  bell: 'start' | 'prompt' | 'command' | 'edit' | 'stop' | 'compact' | 'failure' | 'tool-failure' | 'end';
  /** The script in `hooks/` that does the work. */
  script: 'session-start' | 'prompt' | 'before-command' | 'edit' | 'checkpoint' | 'on-error' | 'post-session';
  /** Seconds, as the client reads it. SessionEnd needs one: without it the client cancels after 1.5 s. */
  timeout: number;
  /** Only for calls of this tool, and one entry for each rule about its commands (`command-rules.ts`). */
  tool?: 'Bash';
  /** Only for calls of these tools, one entry, and only where a partition of the configuration guards its border. */
  tools?: string;
}

/** One line a hook; the installer, the doctor and the build go through this table. */
export const HOOK_CATALOG: readonly CatalogEntry[] = [
  { event: 'SessionStart', bell: 'start', script: 'session-start', timeout: 30 },
  { event: 'UserPromptSubmit', bell: 'prompt', script: 'prompt', timeout: 10 },
  { event: 'PreToolUse', bell: 'command', script: 'before-command', timeout: 30, tool: 'Bash' },
  {
    event: 'PreToolUse',
    bell: 'edit',
    script: 'edit',
    timeout: 10,
    tools: 'Edit|Write|MultiEdit|NotebookEdit',
  },
  { event: 'Stop', bell: 'stop', script: 'checkpoint', timeout: 10 },
  { event: 'PreCompact', bell: 'compact', script: 'checkpoint', timeout: 10 },
  { event: 'StopFailure', bell: 'failure', script: 'on-error', timeout: 10 },
  { event: 'PostToolUseFailure', bell: 'tool-failure', script: 'on-error', timeout: 10 },
  { event: 'SessionEnd', bell: 'end', script: 'post-session', timeout: 10 },
];

/** Git hooks claude-hooks joins, and what each is for. */
export const GIT_HOOK_CATALOG = [
  'post-commit',
  'post-checkout',
  'post-merge',
  'post-rewrite',
  'prepare-commit-msg',
  'pre-push',
] as const;

export type GitHookName = (typeof GIT_HOOK_CATALOG)[number];

/** Where a settings file lies: committed with the project, personal to it, or personal to all projects. */
export type Scope = 'project' | 'local' | 'user';
