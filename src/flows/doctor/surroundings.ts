import * as path from 'node:path';
import { problemLine } from '../../config/types.ts';
import { locateRuntime } from '../../install/find-package.ts';
import type { GitHooksMode } from '../../install/git-hooks/choose.ts';
import { planGitHooks } from '../../install/git-hooks/index.ts';
import { readManifests } from '../../install/manifest.ts';
import { changesSomething } from '../../install/plan.ts';
import { listOutbox } from '../../notify/outbox.ts';
import { resolveWebhook } from '../../notify/webhook.ts';
import { desktopObstacle } from '../../platform/desktop.ts';
import { git } from '../../platform/git.ts';
import { runProgram } from '../../platform/process.ts';
import { counted } from '../../platform/words.ts';
import { examineTranscripts } from './transcripts.ts';
import { type Diagnosis, type DoctorPlace, ok } from './types.ts';

const OLDEST_CLIENT = [2, 1, 0];
const OLDEST_GIT = [2, 31];
const OLDEST_NODE = [20, 19];

function olderThan(version: string, floor: readonly number[]): boolean {
  const parts = (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
  for (const [index, wanted] of floor.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}

/** Node, git and the client: there and new enough. */
export async function examinePrograms(place: DoctorPlace): Promise<Diagnosis[]> {
  const [gitVersion, client] = await Promise.all([
    git(['--version'], { cwd: place.dir }),
    runProgram('claude', ['--version'], { cwd: place.dir, timeoutMs: 10_000 }),
  ]);
  const found: Diagnosis[] = [];
  if (olderThan(process.versions.node, OLDEST_NODE)) {
    found.push({
      id: 'node-old',
      level: 'error',
      text: `Node ${process.versions.node} is older than 20.19.`,
      cure: 'Install a newer Node, then: claude-hooks install',
    });
  }
  if (gitVersion.code !== 0) {
    found.push({
      id: 'git-missing',
      level: 'error',
      text: 'git cannot be started: no checkpoints, no branch in the context.',
      cure: 'Install git and put it on PATH.',
    });
  } else if (olderThan(gitVersion.stdout, OLDEST_GIT)) {
    found.push({
      id: 'git-old',
      level: 'warn',
      text: `${gitVersion.stdout.trim()} is older than 2.31.`,
      cure: 'Install a newer git.',
    });
  }
  if (client.code !== 0) {
    found.push({
      id: 'client-missing',
      level: 'info',
      text: 'The program `claude` is not on PATH here, so its version could not be looked at.',
      cure: 'npm install -g @anthropic-ai/claude-code',
    });
  } else if (olderThan(client.stdout, OLDEST_CLIENT)) {
    found.push({
      id: 'client-old',
      level: 'warn',
      text: `Claude Code ${client.stdout.trim()} is older than 2.1: some events are not sent.`,
      cure: 'claude update',
    });
  }
  return found.length === 0
    ? [
        ok(
          'programs',
          `Node ${process.versions.node}, ${gitVersion.stdout.trim()}, Claude Code ${client.stdout.trim()}.`,
        ),
      ]
    : found;
}

/** The configuration: valid, read whole, its commands allowed here. */
export async function examineConfig(place: DoctorPlace): Promise<Diagnosis[]> {
  const { problems, trust, config } = place.resolved;
  const found: Diagnosis[] = problems
    .filter(({ code }) => code !== 'untrusted')
    .map((problem) => ({
      id: `config-${problem.code}`,
      level: problem.level === 'error' ? 'error' : 'warn',
      text: problemLine(problem),
      cure: problem.hint ?? 'claude-hooks config validate',
    }));
  if (trust.state === 'untrusted' || trust.state === 'changed') {
    const why =
      trust.state === 'changed' ? 'changed since you allowed them' : 'were never allowed on this machine';
    found.push({
      id: 'config-untrusted',
      level: 'warn',
      text: `The commands this repository configures ${why}; none of them runs.`,
      cure: 'Read them and decide: claude-hooks trust',
    });
  }
  if (!config.enabled)
    found.push({
      id: 'config-off',
      level: 'warn',
      text: 'The configuration switches claude-hooks off here ("enabled": false).',
      cure: 'claude-hooks config show --origin',
    });
  return found.length === 0 ? [ok('config', 'The configuration is valid.')] : found;
}

/** Git's own hooks: ours are where git looks for them. */
export async function examineGitHooks(place: DoctorPlace): Promise<Diagnosis[]> {
  if (place.repository.gitDir === undefined)
    return [
      {
        id: 'no-git',
        level: 'info',
        text: `${place.dir} is not in a git repository: no checkpoints and no git hooks.`,
        cure: 'git init',
      },
    ];
  const manifests = readManifests(place.user).filter(
    ({ root, gitHooks }) => root === place.repository.root && gitHooks !== 'none',
  );
  if (manifests.length === 0) {
    return [
      {
        id: 'git-hooks-none',
        level: 'info',
        text: 'Git hooks are not installed here.',
        cure: 'claude-hooks install --git-hooks auto',
      },
    ];
  }
  const found: Diagnosis[] = [];
  for (const { dir, scope, node, gitHooks } of manifests) {
    const { runtime } = locateRuntime({
      scope,
      dir,
      root: place.repository.root,
      source: place.runtime,
      node,
      user: place.user,
    });
    const plan = await planGitHooks({
      repository: place.repository,
      dir,
      scope,
      mode: gitHooks as GitHooksMode,
      runtime,
      user: place.user,
      env: place.env,
    });
    const open = plan.actions.filter(changesSomething);
    if (open.length > 0) {
      found.push({
        id: 'git-hooks-not-firing',
        level: 'error',
        text: `Git hooks are not where git looks for them any more (${plan.manager}): ${open.map((action) => action.summary).join('; ')}.`,
        cure: `claude-hooks install --scope ${scope}`,
      });
    }
  }
  return found.length > 0 ? found : [ok('git-hooks', 'Git hooks are in place.')];
}

/** Whether an error would reach anyone. */
export async function examineNotifications(place: DoctorPlace): Promise<Diagnosis[]> {
  const { notify } = place.resolved.config;
  const found: Diagnosis[] = [];
  if (notify.slack.enabled) {
    const webhook = resolveWebhook(notify.slack.webhook, place.env, { allowFile: true });
    if ('problem' in webhook) {
      found.push({
        id: webhook.missing ? 'no-webhook' : 'webhook-refused',
        level: webhook.missing ? 'info' : 'error',
        text: `Slack: ${webhook.problem}.`,
        cure: 'export SLACK_WEBHOOK=..., then: claude-hooks notify test',
      });
    }
  }
  const obstacle = notify.desktop ? desktopObstacle(place.env) : undefined;
  if (obstacle !== undefined)
    found.push({
      id: 'no-desktop',
      level: 'info',
      text: `No desktop notifications: ${obstacle}.`,
      cure: 'Nothing to do; Slack and the terminal still tell.',
    });
  const dead = listOutbox(path.join(place.user.state, 'outbox')).filter((item) => item.state === 'dead');
  if (dead.length > 0)
    found.push({
      id: 'notices-dead',
      level: 'warn',
      text: `${counted(dead.length, 'notice')} could not be delivered.`,
      cure: 'claude-hooks notify outbox; claude-hooks notify retry',
    });
  return found.length === 0 ? [ok('notifications', 'Notifications have a way out.')] : found;
}

/** What lies around the installation and costs or loses something. */
export async function examineHabits(place: DoctorPlace): Promise<Diagnosis[]> {
  const found: Diagnosis[] = examineTranscripts(place);
  if (place.env.NODE_EXTRA_CA_CERTS && Number(process.versions.node.split('.')[0]) < 22) {
    found.push({
      id: 'slow-node-start',
      level: 'info',
      text: 'NODE_EXTRA_CA_CERTS makes every start of Node 20 about 3.4 times slower; our hooks start without it, other tools do not.',
      cure: 'Node 22 and newer read it only when needed.',
    });
  }
  if (place.repository.gitDir !== undefined && place.dir !== place.repository.root) {
    found.push({
      id: 'below-the-root',
      level: 'info',
      text: `Claude Code reads project settings only from the folder it is started in; this is ${path.relative(place.repository.root, place.dir)}, not the top of the repository.`,
      cure: 'Start it where the settings are, or: claude-hooks install --scope user',
    });
  }
  return found;
}
