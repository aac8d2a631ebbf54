import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeSlack, startFakeSlack } from '../support/fake-slack.ts';
import { makeSandbox, PROJECT_ROOT, type RunResult, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
let script: string;
let reporter: string;
let slack: FakeSlack;

beforeAll(() => {
  sandbox = makeSandbox();
  script = bundleScript(
    `import { Command } from 'commander';
     import { createCli } from './src/cli/cli.ts';
     import { define } from './src/cli/commands/notify.ts';
     const cli = createCli({ cwd: process.cwd(), env: process.env, runtime: __dirname, stdinTty: false, stdoutTty: false, columns: undefined,
       write: (text) => void process.stdout.write(text), warn: (text) => void process.stderr.write(text), exit: (code) => { process.exitCode = code; } });
     const program = new Command('claude-hooks');
     define(program, cli);
     program.parseAsync(process.argv.slice(2), { from: 'user' });`,
    path.join(sandbox.root, 'runtime/notify.cjs'),
  );
  // What a worker does: reports one error, then sends.
  reporter = bundleScript(
    `import { sendNotice, flushNotices } from './src/flows/notify.ts';
     import { userPaths } from './src/store/paths.ts';
     const [id, group, flush] = process.argv.slice(2);
     const notify = JSON.parse(process.env.NOTIFY ?? '{}');
     const config = { notify: { slack: { enabled: true, webhook: 'env:SLACK_WEBHOOK' }, desktop: true, terminal: true, group: '10m', ...notify } };
     const setting = { config, user: userPaths(process.env), env: process.env, log: (line) => console.log(line) };
     sendNotice({ id, kind: 'error', title: 'Failed ' + id, text: 'with DB_PASSWORD=hunter22', project: 'demo', host: 'box', group, time: Date.now() }, setting)
       .then(() => flush && flushNotices({ ...setting, deadlineMs: 5000 })).then((result) => result && console.log(JSON.stringify(result)));`,
    path.join(sandbox.root, 'runtime/reporter.cjs'),
  );
});
afterAll(() => void sandbox.cleanup());
beforeEach(async () => {
  slack = await startFakeSlack();
});
afterEach(() => slack.close());

/** As the command line is bundled; `module` first, because jsonc-parser's other form cannot be bundled. */
function bundleScript(contents: string, outfile: string): string {
  buildSync({
    stdin: { contents, resolveDir: PROJECT_ROOT, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    mainFields: ['module', 'main'],
    define: { 'import.meta.url': '__importMetaUrl' },
    banner: { js: 'var __importMetaUrl=require("node:url").pathToFileURL(__filename).href;' },
    logLevel: 'error',
  });
  return outfile;
}

const run = (file: string, args: string[], env: Record<string, string> = {}): Promise<RunResult> =>
  sandbox.run(process.execPath, [file, ...args], { env });
const secretPart = 'fakeFake';

describe('claude-hooks notify test', () => {
  it('sends one message and shows the answer', async () => {
    const { code, stdout, stderr } = await run(script, ['notify', 'test'], slack.env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('slack    sent (HTTP 200 ok)');
    expect(stdout).toContain('desktop  off: there is no desktop session');
    expect(slack.requests).toHaveLength(1);
    expect(stdout).not.toContain(secretPart);
  });

  it('prints one document with --json', async () => {
    const { code, stdout } = await run(script, ['notify', 'test', '--json'], slack.env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      id: expect.any(String) as string,
      ok: true,
      slack: { state: 'sent', status: 200, body: 'ok' },
      desktop: { state: 'off' },
      terminal: { state: 'off' },
    });
  });

  it('exits 1 and says why where Slack refuses', async () => {
    slack.script({ status: 404, body: `no_service ${slack.url}` });
    const { code, stdout, stderr } = await run(script, ['notify', 'test', '--json'], slack.env);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, slack: { state: 'failed', status: 404 } });
    expect(stderr).toContain('Slack answered HTTP 404 no_service [webhook]');
    expect(stdout + stderr).not.toContain(secretPart);
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    ['there is no webhook', () => ({}), /SLACK_WEBHOOK and SLACK_WEBHOOK_URL not set/],
    ['its host is not allowed', () => ({ SLACK_WEBHOOK: slack.url }), /not at hooks\.slack\.com/],
    [
      'nobody listens',
      () => ({
        SLACK_WEBHOOK: `http://127.0.0.1:1/services/${secretPart}`,
        CLAUDE_HOOKS_WEBHOOK_HOSTS: '127.0.0.1:1',
      }),
      /ECONNREFUSED/,
    ],
  ])('exits 1 and says why where %s', async (_, env, reason) => {
    const { code, stdout, stderr } = await run(script, ['notify', 'test'], env());
    expect(code).toBe(1);
    expect(stderr).toMatch(reason);
    expect(stdout + stderr).not.toContain(secretPart);
    expect(slack.requests).toEqual([]);
  });
});

describe('errors that are reported', () => {
  it('reach Slack once, redacted, grouped, and wait in the outbox until they can', async () => {
    const state = { XDG_STATE_HOME: path.join(sandbox.home, 'state-1') };
    slack.script({ status: 404, body: 'no_service' });
    const first = await run(reporter, ['e1', 'g', 'flush'], { ...slack.env, ...state });
    expect(first.stdout).toContain('Slack message given up at try 1: HTTP 404: no_service');
    await run(reporter, ['e2', 'g'], { ...slack.env, ...state });
    await run(reporter, ['e3', 'other'], { ...slack.env, ...state });

    const list = await run(script, ['notify', 'outbox', '--json'], state);
    const { items } = JSON.parse(list.stdout) as { items: Record<string, unknown>[] };
    expect(items.map(({ name, state: shelf }) => [name, shelf])).toEqual([
      ['Failed e1', 'dead'],
      ['Failed e3', 'waiting'],
    ]);
    for (const item of items) {
      expect(item).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        createdAt: expect.stringMatching(/^\d{4}-/) as string,
      });
    }
    expect((await run(script, ['notify', 'outbox'], state)).stdout).toMatch(
      /dead .* Failed e1 \(1 try: HTTP 404: no_service\)/,
    );

    const offline = await run(script, ['notify', 'retry'], state);
    expect(offline.code).toBe(1);
    expect(offline.stderr).toContain('SLACK_WEBHOOK and SLACK_WEBHOOK_URL not set');

    const retried = await run(script, ['notify', 'retry', '--json'], { ...slack.env, ...state });
    expect({ code: retried.code, document: JSON.parse(retried.stdout) as unknown }).toMatchObject({
      code: 0,
      document: { version: 1, id: 'outbox', ok: true, sent: 2, waiting: 0, dead: 0 },
    });
    expect(slack.accepted()).toHaveLength(2);
    expect(slack.requests.map(({ body }) => body).join('')).not.toContain('hunter22');
    expect((await run(script, ['notify', 'outbox'], state)).stdout).toBe('The outbox is empty.\n');
  });

  it('keep nothing and send nothing without a webhook, and say so once where it is wrong', async () => {
    const state = { XDG_STATE_HOME: path.join(sandbox.home, 'state-2') };
    expect((await run(reporter, ['e1', 'g', 'flush'], state)).stdout).toBe(
      '{"sent":0,"waiting":0,"dead":0}\n',
    );
    const wrong = await run(reporter, ['e2', 'h'], { ...state, SLACK_WEBHOOK: slack.url });
    expect(wrong.stdout).toMatch(/^no message to Slack: the webhook is not at hooks\.slack\.com[^\n]*\n$/);
    expect((await run(reporter, ['e3', 'h'], { ...state, SLACK_WEBHOOK: slack.url })).stdout).toBe('');
    const off = JSON.stringify({ slack: { enabled: false, webhook: 'env:SLACK_WEBHOOK' } });
    await run(reporter, ['e4', 'i', 'flush'], { ...state, ...slack.env, NOTIFY: off });
    expect((await run(script, ['notify', 'outbox'], state)).stdout).toBe('The outbox is empty.\n');
    expect(slack.requests).toEqual([]);
  });

  it('never throw, whatever the outbox is', async () => {
    sandbox.write('not-a-folder', '');
    const { code, stdout, stderr } = await run(reporter, ['e1', 'g'], {
      ...slack.env,
      XDG_STATE_HOME: path.join(sandbox.repo, 'not-a-folder'),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/could not be put into the outbox: .*ENOTDIR/);
  });
});
