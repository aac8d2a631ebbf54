import {
  anything,
  count,
  dictionary,
  either,
  flag,
  list,
  literal,
  number,
  type Rule,
  seconds,
  shape,
  text,
  url,
} from './json-rules.ts';

/**
 * The part of Claude Code's settings schema (2.1.197) whose violation makes it drop a settings file whole; each
 * kind was tried with the client. Where the client lists allowed words, only the type is tested here: a newer
 * client may know more of them. Keys that are not here are never a reason to refuse.
 */

const STRINGS = [
  '$schema',
  'apiKeyHelper',
  'proxyAuthHelper',
  'awsCredentialExport',
  'awsAuthRefresh',
  'gcpAuthRefresh',
  'model',
  'otelHeadersHelper',
  'outputStyle',
  'language',
  'advisorModel',
  'agent',
  'minimumVersion',
  'plansDirectory',
  'autoMemoryDirectory',
  'defaultShell',
  'autoUpdatesChannel',
  'tui',
  'disableAutoMode',
];

const FLAGS = [
  'respectGitignore',
  'includeCoAuthoredBy',
  'includeGitInstructions',
  'enableAllProjectMcpServers',
  'disableClaudeAiConnectors',
  'disableBundledSkills',
  'disableAllHooks',
  'disableAgentView',
  'disableRemoteControl',
  'disableWorkflows',
  'disableSkillShellExecution',
  'respondToBashCommands',
  'allowManagedHooksOnly',
  'allowManagedPermissionRulesOnly',
  'skipWebFetchPreflight',
  'spinnerTipsEnabled',
  'syntaxHighlightingDisabled',
  'terminalTitleFromRename',
  'alwaysThinkingEnabled',
  'fastMode',
  'promptSuggestionEnabled',
  'awaySummaryEnabled',
  'showClearContextOnPlanAccept',
  'prefersReducedMotion',
  'autoMemoryEnabled',
  'showThinkingSummaries',
  'skipDangerousModePermissionPrompt',
  'verbose',
  'autoCompactEnabled',
  'fileCheckpointingEnabled',
  'showTurnDuration',
  'terminalProgressBarEnabled',
  'todoFeatureEnabled',
];

const STRING_LISTS = [
  'fallbackModel',
  'availableModels',
  'enabledMcpjsonServers',
  'disabledMcpjsonServers',
  'allowedHttpHookUrls',
  'httpHookAllowedEnvVars',
  'companyAnnouncements',
  'claudeMdExcludes',
];

const commandObject = shape({ type: literal('command'), command: text }, ['type', 'command']);

const named = (keys: readonly string[], rule: Rule): Record<string, Rule> =>
  Object.fromEntries(keys.map((key) => [key, rule]));

/** The top-level keys, without `hooks`. */
export const settingsRule: Rule = shape({
  ...named(STRINGS, text),
  ...named(FLAGS, flag),
  ...named(STRING_LISTS, list(text)),
  cleanupPeriodDays: count,
  env: dictionary(anything),
  attribution: shape({ commit: text, pr: text, sessionUrl: flag }),
  // The client skips single bad rules, so only the lists themselves are tested.
  permissions: shape({
    allow: list(anything),
    deny: list(anything),
    ask: list(anything),
    defaultMode: text,
    disableBypassPermissionsMode: text,
    additionalDirectories: list(text),
  }),
  modelOverrides: dictionary(text),
  skillOverrides: dictionary(text),
  fileSuggestion: commandObject,
  subagentStatusLine: commandObject,
  statusLine: shape({ type: literal('command'), command: text, padding: number }, ['type', 'command']),
  sandbox: shape({}),
  worktree: shape({ symlinkDirectories: list(text), sparsePaths: list(text) }),
  enabledPlugins: dictionary(either(flag, list(text))),
  extraKnownMarketplaces: dictionary(shape({})),
  feedbackSurveyRate: number,
  spinnerVerbs: shape({ mode: text, verbs: list(text) }, ['mode', 'verbs']),
  spinnerTipsOverride: shape({ tips: list(text) }, ['tips']),
  voice: shape({}),
  remote: shape({}),
  sshConfigs: list(shape({})),
});

const common = { if: text, timeout: seconds, statusMessage: text, once: flag };

const HOOK_TYPES: Record<string, Rule> = {
  command: shape(
    {
      ...common,
      command: text,
      args: list(text),
      shell: either(literal('bash'), literal('powershell')),
      async: flag,
      asyncRewake: flag,
    },
    ['command'],
  ),
  prompt: shape({ ...common, prompt: text, model: text, continueOnBlock: flag }, ['prompt']),
  agent: shape({ ...common, prompt: text, model: text }, ['prompt']),
  http: shape({ ...common, url, headers: dictionary(text), allowedEnvVars: list(text) }, ['url']),
  mcp_tool: shape({ ...common, server: text, tool: text, input: shape({}) }, ['server', 'tool']),
};

const hookRule: Rule = (node, name) => {
  const wrong = shape({ type: text }, ['type'])(node, name);
  if (wrong !== undefined) return wrong;
  const type = node.children?.findLast((property) => property.children?.[0]?.value === 'type')?.children?.[1];
  const rule = Object.hasOwn(HOOK_TYPES, String(type?.value)) ? HOOK_TYPES[String(type?.value)] : undefined;
  if (rule !== undefined) return rule(node, name);
  return {
    node: type ?? node,
    what: `${name}.type is ${JSON.stringify(type?.value)}, a hook type Claude Code does not have`,
  };
};

const newGroup = shape({ matcher: text, hooks: list(hookRule) }, ['hooks']);

/** One element of an event's array. */
export const groupRule: Rule = (node, name) => {
  const keys = new Set(
    (node.type === 'object' ? (node.children ?? []) : []).map((p) => p.children?.[0]?.value),
  );
  if (keys.has('command') && !keys.has('hooks'))
    return {
      node,
      what: `${name} is a hook in the old flat form: it belongs into a group, {"hooks": [ ... ]}`,
    };
  return newGroup(node, name);
};

/** The events the client knows. Under another name anything may stand, the client skips it. */
export const CLIENT_EVENTS: ReadonlySet<string> = new Set([
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PostToolBatch',
  'Notification',
  'UserPromptSubmit',
  'UserPromptExpansion',
  'SessionStart',
  'SessionEnd',
  'Stop',
  'StopFailure',
  'SubagentStart',
  'SubagentStop',
  'PreCompact',
  'PostCompact',
  'PermissionRequest',
  'PermissionDenied',
  'Setup',
  'TeammateIdle',
  'TaskCreated',
  'TaskCompleted',
  'Elicitation',
  'ElicitationResult',
  'ConfigChange',
  'WorktreeCreate',
  'WorktreeRemove',
  'InstructionsLoaded',
  'CwdChanged',
  'FileChanged',
  'MessageDisplay',
]);
