import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ringInstalled } from '../support/installed.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';
import { FakeSession } from '../support/session.ts';

// A secret that only the environment tells of, in what a session's tool printed: no bundle that a hook or worker loads
// lazily may write it.

const SECRET = 'TyQwp64mf9TzftPyC4xnfFne4oTUXRsGJ1HEIcnV';
const OWN = 'customer-4711-internal';
let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(async () => {
  await sandbox.settle();
  sandbox.cleanup();
});

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

it('is nowhere after a compaction, the end of the session and a clear', async () => {
  sandbox.write(
    '.claude-sessionrc.json',
    '{ "checkpoints": { "loop": false }, "redact": { "patterns": ["customer-\\\\d+-internal"] } }\n',
  );
  const installed = await sandbox.cli(['install', '--scope', 'local', '--git-hooks', 'none', '--yes']);
  expect(installed.code, installed.stderr).toBe(0);
  const session = new FakeSession(path.join(sandbox.home, '.claude/projects/demo'), sandbox.repo);
  const env = { AWS_SECRET_ACCESS_KEY: SECRET };
  const ring = async (event: string, id: string, fields: Record<string, unknown>): Promise<string> => {
    const all = { transcript_path: session.transcript, ...fields };
    const done = await ringInstalled(sandbox, { event, session: id, fields: all, env });
    expect(await sandbox.settle()).toEqual([]);
    return done.stdout;
  };
  await ring('SessionStart', session.id, { source: 'startup' });
  session.write('src/a.ts', `export const a = 1;\n`);
  const call = session.use('Bash', { command: 'npm run deploy' });
  session.answer(call, `Exit code 1\n${SECRET} ${OWN}`, { is_error: true });
  const words = `We will use ${SECRET} for ${OWN}.`;
  session.record({
    type: 'assistant',
    message: { role: 'assistant', content: [{ type: 'text', text: words }] },
  });
  await ring('PreCompact', session.id, { trigger: 'manual' });
  const printed = [await ring('SessionStart', session.id, { source: 'compact' })];
  printed.push(await ring('UserPromptSubmit', session.id, { prompt: 'Summarize the last 2 hours of work' }));
  await ring('SessionEnd', session.id, { reason: 'clear' });
  const next = { source: 'clear', transcript_path: '/none.jsonl' };
  printed.push(await ring('SessionStart', 'bbbbbbbb-0000-4000-8000-000000000000', next));
  expect(printed.join('\n')).toContain('We will use');
  const written = [
    ...filesBelow(path.join(sandbox.repo, '.claude')),
    ...filesBelow(path.join(sandbox.repo, '.git')),
  ];
  expect(written.some((file) => file.includes('.claude/sessions/'))).toBe(true);
  const leaks = written.filter((file) => {
    const text = fs.readFileSync(file, 'latin1');
    return text.includes(SECRET) || text.includes(OWN);
  });
  expect(leaks).toEqual([]);
  for (const text of printed) for (const secret of [SECRET, OWN]) expect(text).not.toContain(secret);
});
