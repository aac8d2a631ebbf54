/**
 * The whole way on one screen: installs into a demo repository made on the spot, plays captured Claude Code events
 * through the commands it finds in the settings file, exactly as the client runs them, and shows what each did.
 * Needs no account and no network. Exits 1 when something that should have happened did not.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const cli = path.resolve('dist/cli.cjs');
const fixtures = path.resolve('test/fixtures/claude-code');
const base = mkdtempSync(path.join(tmpdir(), 'claude-hooks-demo-'));
const home = path.join(base, 'home');
const repo = path.join(base, 'demo repository');
const session = '1abb7591-3552-410d-a4aa-430b0d31776c';
const transcript = path.join(home, '.claude/projects/demo', `${session}.jsonl`);
const received: string[] = [];
const failures: string[] = [];

const slack = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    received.push(Buffer.concat(chunks).toString('utf8'));
    response.end('ok');
  });
});
await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
const address = slack.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

const env: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: home,
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  SLACK_WEBHOOK: `http://127.0.0.1:${port}/services/demo`,
  CLAUDE_HOOKS_WEBHOOK_HOSTS: `127.0.0.1:${port}`,
  CLAUDE_PROJECT_DIR: repo,
  CLAUDE_CODE_SESSION_ID: session,
};

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Demo', '-c', 'user.email=demo@example.com', ...args], {
    cwd: repo,
    env,
    encoding: 'utf8',
  });
const say = (text = ''): void => void process.stdout.write(`${text}\n`);
const title = (text: string): void => say(`\n== ${text} ${'='.repeat(Math.max(0, 74 - text.length))}`);
const indent = (text: string, lines = 12): string => {
  const all = text.trimEnd().split('\n');
  const shown = all.slice(0, lines).map((line) => `   | ${line}`);
  return [...shown, ...(all.length > lines ? [`   | ... ${all.length - lines} more lines`] : [])].join('\n');
};

function check(what: string, ok: boolean): void {
  say(`   ${ok ? 'ok  ' : 'FAIL'} ${what}`);
  if (!ok) failures.push(what);
}

function hooks(...args: string[]): string {
  const result = spawnSync(process.execPath, [cli, ...args], { cwd: repo, env, encoding: 'utf8' });
  if (result.status !== 0)
    failures.push(`claude-hooks ${args.join(' ')}: exit ${result.status}: ${result.stderr}`);
  return result.stdout + result.stderr;
}

/** Runs what the settings file says for an event, as the client does: a shell, the event as one line on stdin. */
function play(fixture: string, change: Record<string, unknown> = {}, rule?: string): string {
  const event: Record<string, unknown> = {
    ...(JSON.parse(readFileSync(path.join(fixtures, 'payloads', `${fixture}.json`), 'utf8')) as Record<
      string,
      unknown
    >),
    session_id: session,
    cwd: repo,
    transcript_path: transcript,
    ...change,
  };
  const settings = JSON.parse(readFileSync(path.join(repo, '.claude/settings.local.json'), 'utf8')) as {
    hooks: Record<string, { hooks: { command: string; if?: string }[] }[]>;
  };
  let output = '';
  for (const group of settings.hooks[String(event.hook_event_name)] ?? []) {
    // Of the entries for risky commands the client starts those whose rule fits.
    for (const { command } of group.hooks.filter((entry) => entry.if === rule)) {
      const started = process.hrtime.bigint();
      // A shell of its own in between stands for the client: hooks take their parent for it.
      const result = spawnSync('/bin/sh', ['-c', command], {
        cwd: repo,
        env,
        input: `${JSON.stringify(event)}\n`,
        encoding: 'utf8',
      });
      const ms = Number(process.hrtime.bigint() - started) / 1e6;
      say(
        `   ${String(event.hook_event_name)}${event.source === undefined ? '' : ` (${String(event.source)})`}: exit ${result.status}, ${ms.toFixed(0)} ms${result.stderr === '' ? '' : `, stderr: ${result.stderr.trim()}`}`,
      );
      if (result.status !== 0) failures.push(`${fixture} exited ${result.status}`);
      output += result.stdout;
    }
  }
  return output;
}

const list = (folder: string): string[] =>
  existsSync(path.join(repo, folder)) ? readdirSync(path.join(repo, folder)) : [];

async function until(what: string, ready: () => boolean): Promise<void> {
  for (let round = 0; round < 150 && !ready(); round += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  check(what, ready());
}

function makeRepository(): void {
  mkdirSync(path.dirname(transcript), { recursive: true });
  cpSync(path.join(fixtures, 'transcripts/tools-tasks-subagent.jsonl'), transcript);
  mkdirSync(path.join(repo, 'docs'), { recursive: true });
  execFileSync('git', ['init', '-q', '-b', 'main', repo], { env });
  writeFileSync(path.join(repo, 'README.md'), '# Demo shop\n\nA small shop. Run it with `npm start`.\n');
  writeFileSync(
    path.join(repo, 'docs/architecture.md'),
    '# Architecture\n\nThe cart talks to the store through `src/api.ts`.\n',
  );
  writeFileSync(path.join(repo, '.env.example'), 'DATABASE_URL=\nSTRIPE_KEY=\n');
  writeFileSync(path.join(repo, '.env'), 'DATABASE_URL=postgres://localhost/shop\n');
  writeFileSync(path.join(repo, '.gitignore'), '.env\n');
  mkdirSync(path.join(repo, '.claude'));
  writeFileSync(
    path.join(repo, '.claude/settings.local.json'),
    '{\n\t"permissions": { "allow": ["Bash(npm test:*)"] }\n}\n',
  );
  git('add', '-A');
  git('commit', '-q', '-m', 'Start the shop');
}

makeRepository();
const settingsFile = path.join(repo, '.claude/settings.local.json');
const before = readFileSync(settingsFile);
const gitConfigBefore = readFileSync(path.join(repo, '.git/config'));

title('claude-hooks install --scope local --yes');
say(indent(hooks('install', '--scope', 'local', '--yes'), 40));
check(
  'a second install changes nothing',
  /nothing to change/i.test(hooks('install', '--scope', 'local', '--yes')),
);

title('SessionStart: checks, then context');
const answer = play('SessionStart-startup');
const context =
  answer === ''
    ? ''
    : ((JSON.parse(answer) as { hookSpecificOutput: { additionalContext: string } }).hookSpecificOutput
        .additionalContext ?? '');
say(indent(context, 40));
check(
  'the context holds README, architecture and recent commits',
  ['Demo shop', 'cart talks to the store', 'Start the shop'].every((text) => context.includes(text)),
);
check(
  'a key of .env.example that .env lacks is a finding, without any value',
  context.includes('STRIPE_KEY') && !context.includes('postgres://localhost'),
);

title('UserPromptSubmit, then Stop when a checkpoint is due');
play('UserPromptSubmit', { prompt: 'add a discount to the cart' });
writeFileSync(path.join(repo, 'cart.ts'), 'export const discount = 0.1;\n');
appendFileSync(path.join(repo, 'README.md'), '\nDiscounts are supported.\n');
const due = path.join(repo, '.git/claude-hooks/due', session);
utimesSync(due, new Date(0), new Date(0));
const statusBefore = git('status', '--porcelain');
play('Stop');
await until(
  'a checkpoint was saved by the worker',
  () => git('for-each-ref', 'refs/claude-hooks/').trim() !== '',
);
await until('its document stands in .claude/checkpoints', () => list('.claude/checkpoints').length > 0);
check('git status is as before', git('status', '--porcelain') === statusBefore);
say(indent(hooks('checkpoint', 'list')));

title('PreToolUse: the agent is about to run rm -rf docs; later, restore and undo');
const call = { tool_name: 'Bash', tool_input: { command: 'rm -rf docs' }, tool_use_id: 'toolu_demo_rm' };
appendFileSync(path.join(repo, 'docs/architecture.md'), 'Discounts are computed in the cart.\n');
const docs = readFileSync(path.join(repo, 'docs/architecture.md'));
play('PreToolUse-Bash', call, 'Bash(rm*)');
rmSync(path.join(repo, 'docs'), { recursive: true });
const restored = hooks('checkpoint', 'restore', 'latest');
say(indent(restored));
check(
  'docs is back, byte for byte, and the tree was hashed again',
  docs.equals(readFileSync(path.join(repo, 'docs/architecture.md'))) && restored.includes('verified'),
);
say(indent(hooks('undo', '--list')));
hooks('undo', '--yes');
check('undo took the restore back', !existsSync(path.join(repo, 'docs')));
hooks('undo', hooks('undo', '--list').split(/\s/)[0] ?? '', '--yes');
check(
  'and undoing that brought it again',
  docs.equals(readFileSync(path.join(repo, 'docs/architecture.md'))),
);

title('PostToolUseFailure: a failing command is judged by the rules');
play('PostToolUseFailure-Bash');
await new Promise((resolve) => setTimeout(resolve, 1_500));
check('`exit 3` is no error worth a log', list('.claude/errors').length === 0);

title('StopFailure: the turn ends in an API error');
play('StopFailure-server-error', {
  last_assistant_message: 'API Error: 500 (key sk-ant-api03-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA)',
});
await until('one error log was written', () => list('.claude/errors').length === 1);
await until('one Slack message arrived', () => received.length === 1);
const [errorLog = ''] = list('.claude/errors');
const logText = errorLog === '' ? '' : readFileSync(path.join(repo, '.claude/errors', errorLog), 'utf8');
say(indent(logText));
check('neither holds the key', !`${logText}${received.join('')}`.includes('sk-ant-api03-AAAA'));

title('git commit during the session');
git('add', '-A');
git('commit', '-q', '-m', 'Add a discount');
const message = git('log', '-1', '--format=%B').trim();
say(indent(message));
check('the commit names the session', message.includes(`Claude-Session: ${session}`));

title('PreCompact and SessionStart after the compaction');
play('PreCompact-manual');
check('the state comes back', play('SessionStart-compact').includes('additionalContext'));

title('SessionEnd: acknowledged at once, the work is done by a worker');
play('SessionEnd-other');
await until('a session summary was written', () => list('.claude/sessions').length === 1);
const [summary = ''] = list('.claude/sessions');
say(indent(summary === '' ? '' : readFileSync(path.join(repo, '.claude/sessions', summary), 'utf8'), 24));
await until('the context file was written', () => existsSync(path.join(repo, '.claude/context.md')));

title('claude-hooks status');
say(indent(hooks('status'), 30));

title('claude-hooks uninstall --purge --yes');
await new Promise((resolve) => setTimeout(resolve, 1_000));
say(indent(hooks('uninstall', '--purge', '--yes'), 30));
check('the settings file is byte for byte what it was', before.equals(readFileSync(settingsFile)));
check(
  '.git/config is byte for byte what it was',
  gitConfigBefore.equals(readFileSync(path.join(repo, '.git/config'))),
);
check(
  'nothing of claude-hooks is left in .git',
  !existsSync(path.join(repo, '.git/claude-hooks')) && git('for-each-ref', 'refs/claude-hooks/') === '',
);

slack.close();
if (failures.length === 0) {
  rmSync(base, { recursive: true, force: true });
  say('\nEverything fired. The demo repository is removed again.');
} else {
  say(`\n${failures.length} thing(s) went wrong; the demo repository is kept at ${base}`);
  for (const failure of failures) say(`  - ${failure}`);
  process.exitCode = 1;
}
