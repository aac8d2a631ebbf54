import { writeSync } from 'node:fs';
import * as path from 'node:path';
import { exists, statIfExists } from '../src/platform/fs.ts';
import { runNode, spawnDetached, workingFolder } from '../src/platform/process.ts';
import { readStdinLineSync } from '../src/platform/stdin.ts';
import { mayHoldForm } from '../src/prompts/forms.ts';
import { claimCall, holdsPattern } from '../src/store/calls.ts';
import { claimSession } from '../src/store/live.ts';
import { hasSessionPartition } from '../src/store/partition.ts';
import { locateRepository, statePaths, stateRoot, userPaths } from '../src/store/paths.ts';
import { recordEvent } from '../src/store/spool.ts';

// The doorbell where there is no POSIX shell: node bell.cjs <bell>:<scope> [<what a command of the agent has to hold>].
// Same rules as bell.sh; loads no module beyond Node's own start unless something is due.
async function ring(
  env: NodeJS.ProcessEnv,
  [bell = '', scope = '']: string[],
  look: string,
  runtime: string,
): Promise<void> {
  if (env.CLAUDE_HOOKS === '0' || env.CLAUDE_HOOKS_DEPTH || bell === '') return;
  const project = env.CLAUDE_PROJECT_DIR || workingFolder();
  if (project === undefined) return;
  const script = (name: string): string => path.join(runtime, 'hooks', `${name}.cjs`);
  if (bell === 'start') return runNode(script('session-start'), [], { CLAUDE_HOOKS_SCOPE: scope });
  const repository = locateRepository(project);
  const state = statePaths(stateRoot(repository, userPaths(env)));
  if (!exists(path.join(state.spool, 'tmp')) || exists(path.join(state.flags, 'off'))) return;
  const id = env.CLAUDE_CODE_SESSION_ID ?? '';
  const session = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(id) ? id : undefined;
  if (bell === 'edit' && (session === undefined || !hasSessionPartition(state, session))) return;
  if (session !== undefined && !claimSession(state, session, scope, () => true)) return;
  if (bell === 'edit') return runNode(script('edit'), [], { CLAUDE_HOOKS_SCOPE: scope });
  if (bell === 'command') {
    if (repository.gitDir === undefined || exists(path.join(state.flags, 'no-before-command'))) return;
    const event = readStdinLineSync();
    const text = event.toString('utf8');
    if (!holdsPattern(text, look) || !claimCall(state, text)) return;
    return runNode(script('before-command'), [], { CLAUDE_HOOKS_SCOPE: scope }, event);
  }
  const event = readStdinLineSync();
  const file = recordEvent(state, bell, scope, event.toString('utf8').trimEnd());
  if (bell === 'prompt') {
    if (!exists(path.join(state.flags, 'no-prompt-forms')) && mayHoldForm(event))
      return runNode(script('prompt'), [state.root, session ?? '', 'act'], {}, event);
    const late = session === undefined ? 0 : (statIfExists(path.join(state.late, session))?.size ?? 0);
    return session === undefined || late === 0
      ? undefined
      : runNode(script('prompt'), [state.root, session], {});
  }
  const due =
    bell === 'stop' && session !== undefined && !exists(path.join(state.templates, 'open', session))
      ? statIfExists(path.join(state.due, session))
      : undefined;
  if (due !== undefined && (statIfExists(file)?.mtimeMs ?? 0) <= due.mtimeMs) return;
  await spawnDetached(script('worker'), [state.root, project], { cwd: project });
}

ring(
  process.env,
  (process.argv[2] ?? '').split(':'),
  process.argv[3] ?? '',
  path.dirname(path.resolve(process.argv[1] ?? '.')),
).catch((error: unknown) => {
  writeSync(
    2,
    `claude-hooks: this event could not be recorded (${String(error)}); see: claude-hooks doctor\n`,
  );
});
