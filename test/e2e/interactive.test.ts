import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientBinary, clientEnvironment } from '../support/client.ts';
import { type ClientDemo, openClientDemo } from '../support/client-demo.ts';
import type { MessagesApi } from '../support/messages-api.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { hasTmux, openTerminal, type Terminal } from '../support/terminal.ts';

// The real client at a terminal, where one process has several conversations. The tests build on one another.

interface Shown {
  id: string;
  state: string;
  conversations: { id: string; how: string; status: string; parent?: string; endReason?: string }[];
}

describe.skipIf(!hasTmux())(
  'a session at a terminal (skipped where there is no tmux; scripts/get-programs.ts gets it)',
  () => {
    let demo: ClientDemo;
    let api: MessagesApi;
    let sandbox: Sandbox;
    let terminal: Terminal;

    beforeAll(async () => {
      const config = { checkpoints: { loop: false } };
      demo = await openClientDemo({ config, install: ['--scope', 'local', '--git-hooks', 'none'] });
      ({ api, sandbox } = demo);
      // What a person has answered at their first start.
      const answered = {
        hasCompletedOnboarding: true,
        theme: 'dark',
        customApiKeyResponses: { approved: ['dummy'], rejected: [] },
        projects: { [sandbox.repo]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
      };
      fs.writeFileSync(path.join(sandbox.home, '.claude.json'), JSON.stringify(answered));
      terminal = openTerminal(sandbox);
    });

    afterAll(async () => {
      terminal.close();
      await demo.close();
    });

    const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

    async function opens(...args: string[]): Promise<void> {
      terminal.start([clientBinary(), ...args].map(quoted).join(' '), clientEnvironment(sandbox, api));
      await terminal.until(/for shortcuts/);
    }

    async function asks(prompt: string, answer: string): Promise<void> {
      api.script({ text: answer });
      terminal.type(prompt);
      await terminal.until(new RegExp(answer));
    }

    /** The only session there is, when it is as wanted. */
    async function shownWhen(is: (shown: Shown) => boolean): Promise<Shown> {
      for (let attempt = 0; ; attempt += 1) {
        const list = await sandbox.cli(['session', 'list', '--all', '--json']);
        const { items } = JSON.parse(list.stdout) as { items: { id: string }[] };
        expect(items.length).toBeLessThan(2);
        const [item] = items;
        if (item !== undefined) {
          const run = await sandbox.cli(['session', 'show', item.id, '--json']);
          const shown = JSON.parse(run.stdout) as Shown;
          if (is(shown)) return shown;
          if (attempt > 60) throw new Error(`it is another: ${run.stdout}`);
        } else if (attempt > 60) throw new Error('there is no session');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }

    it('goes on in another conversation after /clear, and is paused when the person leaves', async () => {
      await opens();
      await asks('Make the search fast', 'FIRST-ANSWER');
      const before = await shownWhen(({ state }) => state === 'Active');
      terminal.type('/clear');
      const cleared = await shownWhen(({ conversations }) => conversations.length === 2);
      expect(cleared).toMatchObject({ id: before.id, state: 'Active' });
      expect(cleared.conversations).toMatchObject([
        { status: 'ended', endReason: 'clear' },
        { how: 'clear', parent: before.conversations[0]?.id },
      ]);
      await asks('And now the index', 'SECOND-ANSWER');
      terminal.type('/exit');
      const left = await shownWhen(({ state }) => state === 'Paused');
      expect(left.conversations.map(({ status }) => status)).toEqual(['ended', 'ended']);
      expect(await sandbox.settle(30_000)).toEqual([]);
    });

    it('has a fork as one more conversation, and ends with the terminal', async () => {
      const { conversations } = await shownWhen(() => true);
      const parent = conversations[1]?.id ?? '';
      await opens('--resume', parent, '--fork-session');
      await asks('Try another way', 'THIRD-ANSWER');
      const forked = await shownWhen((shown) => shown.conversations.length === 3);
      expect(forked.conversations[2]).toMatchObject({ how: 'fork', parent });
      terminal.close();
      const gone = await shownWhen(({ state }) => state === 'Paused');
      expect(gone.conversations).toHaveLength(3);
      expect(await sandbox.settle(30_000)).toEqual([]);
      // At a terminal the client itself looks for plugins and news; the proxy variables let none of it out.
      expect([api.remaining(), api.unscripted]).toEqual([0, 0]);
    });
  },
);
