import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { drain } from '../../src/flows/drain.ts';
import { openWorkplace } from '../../src/flows/workplace.ts';
import { openSpool, recordEvent } from '../../src/store/spool.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
afterEach(() => {
  sandbox.cleanup();
});

it('handles an event also where the folder of claimed events was removed', async () => {
  sandbox = makeSandbox();
  const place = await openWorkplace({
    cwd: sandbox.repo,
    env: sandbox.env,
    runtime: path.join(PROJECT_ROOT, 'dist'),
    now: Date.now,
  });
  openSpool(place.state);
  recordEvent(place.state, 'stop', 'self', JSON.stringify({ hook_event_name: 'Stop', session_id: 'one' }));
  fs.rmSync(place.state.work, { recursive: true });
  expect(await drain(place)).toBe(1);
});
