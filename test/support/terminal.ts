import { execFileSync, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import type { Sandbox } from './sandbox.ts';

export function hasTmux(): boolean {
  return spawnSync('tmux', ['-V'], { stdio: 'ignore' }).status === 0;
}

/** A terminal that a test types into and reads: tmux, with a server of its own. */
export interface Terminal {
  /** Runs a program in it; the terminal is gone when the program ends. @param command a line for the shell. */
  start(command: string, env?: Record<string, string>): void;
  /** What stands in it, with what was scrolled away. */
  screen(): string;
  /** Waits until that is shown, 10 seconds at most. @returns the screen. */
  until(what: RegExp): Promise<string>;
  /** Keys by tmux's names: Enter, C-c. */
  press(...keys: string[]): void;
  /** A line, and Enter. */
  type(text: string): void;
  resize(columns: number, rows: number): void;
  /** Ends it and what runs in it. */
  close(): void;
}

const SIZE = ['-x', '90', '-y', '30'];

export function openTerminal(sandbox: Sandbox): Terminal {
  const socket = path.join(sandbox.root, 'tmux');
  let more: Record<string, string> = {};
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { ...sandbox.env, ...more, TERM: 'xterm-256color', SHELL: '/bin/sh' },
    });
  const terminal: Terminal = {
    start(command, env = {}) {
      more = env;
      tmux('new-session', '-d', ...SIZE, '-c', sandbox.repo, command);
    },
    screen: () => tmux('capture-pane', '-p', '-J', '-S', '-200'),
    async until(what) {
      for (let attempt = 0; ; attempt += 1) {
        const shown = terminal.screen();
        if (what.test(shown)) return shown;
        if (attempt > 200) throw new Error(`never shown: ${what}\n${shown}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    press: (...keys) => void tmux('send-keys', ...keys),
    type(text) {
      tmux('send-keys', '-l', text);
      // What is typed in one go with Enter is taken for something pasted.
      spawnSync('sleep', ['0.2']);
      tmux('send-keys', 'Enter');
    },
    resize: (columns, rows) => void tmux('resize-window', '-x', String(columns), '-y', String(rows)),
    close: () => void spawnSync('tmux', ['-S', socket, 'kill-server']),
  };
  return terminal;
}
