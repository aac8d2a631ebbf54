import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';

// A shell stands in a folder that somebody removed.

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => {
  sandbox.cleanup();
});

const dist = (name: string): string => path.join(PROJECT_ROOT, 'dist', name);

function fromGone(script: string): ReturnType<Sandbox['run']> {
  const folder = path.join(sandbox.root, 'gone');
  fs.mkdirSync(folder);
  return sandbox.run('/bin/sh', ['-c', `rmdir ../gone; ${script}`], {
    cwd: folder,
    env: { NODE: process.execPath, CLAUDE_PROJECT_DIR: '' },
  });
}

it('the command line says so', async () => {
  const run = await fromGone(`"$NODE" '${dist('cli.cjs')}' session list --json`);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^claude-hooks: this folder is gone.*\n {2}Go to .*\n$/);
  expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'folder-gone' } });
});

it.each(['bell.cjs', 'hooks/session-start.cjs', 'hooks/prompt.cjs'])('%s stays silent', async (name) => {
  const argument = name === 'bell.cjs' ? 'stop:local' : '';
  expect(await fromGone(`echo '{}' | "$NODE" '${dist(name)}' ${argument}`)).toMatchObject({
    code: 0,
    stdout: '',
    stderr: '',
  });
});
