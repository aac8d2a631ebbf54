import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HooksRepo, makeHooksRepo } from '../support/git-managers.ts';

/** The shells of this machine that may run a git hook, as commands. */
const SHELLS = [['sh'], ['dash'], ['bash'], ['busybox', 'sh'], ['zsh'], ['ksh'], ['mksh']].filter(
  ([program]) => spawnSync(program ?? '', ['-c', ':'], { stdio: 'ignore' }).error === undefined,
);

describe.each(SHELLS.map((shell) => ({ name: shell.join(' '), shell })))(
  'the bell of git in $name',
  ({ shell }) => {
    let repo: HooksRepo;
    let bell: string;
    beforeAll(() => {
      repo = makeHooksRepo();
      bell = path.join(repo.home, '.local/share/claude-hooks/runtime/current');
    });
    afterAll(() => {
      repo.cleanup();
    });
    beforeEach(() => {
      repo.events();
      for (const name of fs.readdirSync(path.join(repo.repo, '.git/claude-hooks/flags')))
        fs.rmSync(path.join(repo.repo, '.git/claude-hooks/flags', name));
      for (const name of fs.readdirSync(path.join(repo.repo, '.git/claude-hooks/live')))
        fs.rmSync(path.join(repo.repo, '.git/claude-hooks/live', name));
    });

    /** Runs the lines as a hook's: the bell, then `rest`. */
    function ring(
      hook: string,
      args: string[] = [],
      more: {
        env?: Record<string, string>;
        cwd?: string;
        rest?: string;
        before?: string;
        input?: string;
        node?: string;
      } = {},
    ): { code: number | null; stdout: string; stderr: string } {
      const script = path.join(repo.root, 'hook');
      fs.writeFileSync(
        script,
        `${more.before ?? ''}\nclaude_hooks=${hook} claude_hooks_node='${more.node ?? ''}' claude_hooks_at='${bell.replaceAll("'", "'\\''")}'\n[ -r "$claude_hooks_at/git-bell.sh" ] && . "$claude_hooks_at/git-bell.sh" || :\n${more.rest ?? ''}`,
      );
      const [program = 'sh', ...options] = shell;
      const result = spawnSync(program, [...options, script, ...args], {
        cwd: more.cwd ?? repo.repo,
        env: { ...repo.env, ...more.env },
        input: more.input ?? '',
        encoding: 'utf8',
      });
      return { code: result.status, stdout: result.stdout, stderr: result.stderr };
    }

    it('writes one event with folder, arguments and session', () => {
      const result = ring('post-checkout', ['a', 'b', '1'], { env: { CLAUDE_CODE_SESSION_ID: 'abc-1' } });
      expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(repo.events()).toEqual([
        {
          hook_event_name: 'git',
          git_hook: 'post-checkout',
          cwd: repo.repo,
          args: ['a', 'b', '1'],
          session_id: 'abc-1',
        },
      ]);
      ring('post-commit', [], { env: { CLAUDE_CODE_SESSION_ID: 'no"good' } });
      expect(repo.events()).toEqual([
        { hook_event_name: 'git', git_hook: 'post-commit', cwd: repo.repo, args: [], session_id: '' },
      ]);
    });

    it('writes valid JSON for every argument and every folder name', () => {
      const text = fc.string({
        unit: fc.constantFrom(
          'a',
          ' ',
          '"',
          '\\',
          'é',
          '漢',
          '$',
          '`',
          "'",
          '*',
          '{',
          '\t',
          '\n',
          '\u007f',
          '%',
        ),
        maxLength: 12,
      });
      fc.assert(
        fc.property(fc.array(text, { maxLength: 3 }), text, (args, name) => {
          const folder = path.join(repo.repo, `sub${name.replaceAll('/', '')}`);
          fs.mkdirSync(folder, { recursive: true });
          expect(ring('post-rewrite', args, { cwd: folder }).stderr).toBe('');
          const clean = (value: string): string => (/[\u0000-\u001f\u007f]/.test(value) ? '' : value);
          const [event, ...others] = repo.events();
          expect(others).toEqual([]);
          expect(event?.args).toEqual(args.map(clean));
          expect(event?.cwd).toBe(clean(folder));
        }),
        { numRuns: 40 },
      );
    });

    it('says nothing where it should: switched off, inside a hook of ours, no spool, files checked out', () => {
      const state = path.join(repo.repo, '.git/claude-hooks');
      ring('post-commit', [], { env: { CLAUDE_HOOKS: '0' } });
      ring('post-commit', [], { env: { CLAUDE_HOOKS_DEPTH: '1' } });
      ring('post-checkout', ['a', 'b', '0']);
      ring('post-commit', [], { cwd: repo.root });
      repo.setFlag('off');
      ring('post-commit');
      fs.rmSync(path.join(state, 'flags/off'));
      fs.renameSync(path.join(state, 'spool'), path.join(state, 'elsewhere'));
      expect(ring('post-commit')).toEqual({ code: 0, stdout: '', stderr: '' });
      fs.renameSync(path.join(state, 'elsewhere'), path.join(state, 'spool'));
      expect(repo.events()).toEqual([]);
    });

    it('finds the repository through GIT_DIR, a .git file and commondir', () => {
      const linked = path.join(repo.root, 'linked');
      fs.mkdirSync(path.join(linked, 'deep'), { recursive: true });
      fs.mkdirSync(path.join(repo.repo, '.git/worktrees/linked'), { recursive: true });
      fs.writeFileSync(path.join(repo.repo, '.git/worktrees/linked/commondir'), '../..\n');
      fs.writeFileSync(path.join(linked, '.git'), 'gitdir: ../repo/.git/worktrees/linked\n');
      ring('post-commit', [], { cwd: path.join(linked, 'deep') });
      ring('post-commit', [], {
        cwd: repo.root,
        env: { GIT_DIR: path.join(repo.repo, '.git/worktrees/linked') },
      });
      ring('post-commit', [], { cwd: repo.repo, env: { GIT_DIR: '.git' } });
      expect(repo.events().length).toBe(3);
    });

    it('leaves options, variables, folder, arguments and input of the hook alone', () => {
      const rest = 'echo "$- $# $1 $PWD"; cat';
      for (const hook of ['post-commit', 'prepare-commit-msg', 'pre-push', 'post-rewrite']) {
        for (const before of ['', 'set -eu', 'set -Cf']) {
          const plain = ring('nothing', ['x', 'message'], { before, rest, input: 'a b c d\ne f g 0000\n' });
          const rung = ring(hook, ['x', 'message'], {
            before,
            rest,
            input: 'a b c d\ne f g 0000\n',
            env: { CLAUDE_CODE_SESSION_ID: 's' },
          });
          expect(rung.stdout).toBe(plain.stdout);
          expect(rung.code).toBe(0);
        }
      }
    });

    it('gives a pre-push its input back, however long it is', () => {
      for (const count of [0, 1, 3_000]) {
        const input = Array.from(
          { length: count },
          (_, line) => `refs/tags/v${line} ${'0'.repeat(40)} refs/tags/v${line} ${'1'.repeat(40)}\n`,
        ).join('');
        expect(ring('pre-push', ['origin', 'url'], { input, rest: 'cat' }).stdout === input).toBe(true);
      }
    });

    it('starts the worker only when it is asked to, without NODE_EXTRA_CA_CERTS', async () => {
      const fake = path.join(repo.root, 'fake-node');
      const seen = path.join(repo.root, 'seen');
      fs.writeFileSync(
        fake,
        `#!/bin/sh\nprintf '%s\\n' "$@" "ca=$NODE_EXTRA_CA_CERTS kept=$CLAUDE_HOOKS_CA_CERTS" >"${seen}.tmp"\nmv "${seen}.tmp" "${seen}"\n`,
      );
      fs.chmodSync(fake, 0o755);
      fs.copyFileSync(fake, path.join(repo.root, 'node'));
      fs.chmodSync(path.join(repo.root, 'node'), 0o755);
      const env = { NODE_EXTRA_CA_CERTS: '/ca.pem', PATH: `${repo.root}:${repo.env.PATH}` };
      ring('post-commit', [], { env });
      expect(fs.existsSync(seen)).toBe(false);
      repo.setFlag('git-now');
      ring('post-commit', [], { env });
      await expect.poll(() => fs.existsSync(seen), { timeout: 5_000 }).toBe(true);
      expect(fs.readFileSync(seen, 'utf8').split('\n')).toEqual([
        path.join(bell, 'hooks/worker.cjs'),
        path.join(repo.repo, '.git/claude-hooks'),
        repo.repo,
        'ca= kept=/ca.pem',
        '',
      ]);
      fs.rmSync(seen);
    });

    it('says on stderr that an event could not be recorded', () => {
      const spool = path.join(repo.repo, '.git/claude-hooks/spool');
      const result = ring('post-commit', [], { before: "trap '' XFSZ; ulimit -f 0", rest: 'exit 7' });
      expect(result.stderr).toContain('claude-hooks: this post-commit could not be recorded');
      expect(result.code).toBe(7);
      expect(fs.readdirSync(spool).filter((name) => name !== 'tmp')).toEqual([]);
    });

    it('adds the trailer for the one live session, and only then', () => {
      const message = path.join(repo.repo, '.git/COMMIT_EDITMSG');
      const trailer = (text: string, args: string[], env: Record<string, string> = {}): string => {
        fs.writeFileSync(message, text);
        expect(ring('prepare-commit-msg', ['.git/COMMIT_EDITMSG', ...args], { env })).toEqual({
          code: 0,
          stdout: '',
          stderr: '',
        });
        return fs.readFileSync(message, 'utf8');
      };
      const live = (name: string, pid: number | string): void =>
        fs.writeFileSync(path.join(repo.repo, '.git/claude-hooks/live', name), `${pid}\n{}\n`);
      const session = { CLAUDE_CODE_SESSION_ID: 'abc' };
      expect(trailer('fix\n', ['message'], session)).toBe('fix\n\nClaude-Session: abc\n');
      expect(trailer('fix\n\n---\nmore\n', ['message'], session)).toBe(
        'fix\n\n---\nmore\n\nClaude-Session: abc\n',
      );
      expect(trailer('fix\n\nClaude-Session: old\n', ['commit', 'HEAD'], session)).toBe(
        'fix\n\nClaude-Session: old\n',
      );
      // Nothing that a person can still leave empty, nothing git made.
      for (const [text, source] of [
        ['\n# Please enter\n', undefined],
        ['fill in\n', 'template'],
        ['', 'message'],
        ['# only a comment\n\n', 'commit'],
        ['Merge\n', 'merge'],
        ['Squashed\n', 'squash'],
      ] as const)
        expect(trailer(text, source === undefined ? [] : [source], session)).toBe(text);
      expect(trailer('fix\n', ['message'], { CLAUDE_CODE_SESSION_ID: 'x y\nz' })).toBe('fix\n');
      expect(trailer('fix\n', ['message'])).toBe('fix\n');
      live('dead', 2 ** 22 + 1);
      live('broken', 'what');
      expect(trailer('fix\n', ['message'])).toBe('fix\n');
      live('one', process.pid);
      expect(trailer('fix\n', ['message'])).toBe('fix\n\nClaude-Session: one\n');
      live('two', process.pid);
      expect(trailer('fix\n', ['message'])).toBe('fix\n');
      repo.setFlag('no-trailer');
      expect(trailer('fix\n', ['message'], session)).toBe('fix\n');
    });

    it('refuses commits marked WIP, and no others', () => {
      const head = (): string => repo.git('rev-parse', 'HEAD').trim();
      const base = head();
      const push = (lines: string): { code: number | null; stdout: string; stderr: string } =>
        ring('pre-push', ['origin', 'url'], { input: lines, rest: 'exit 0' });
      const zeros = '0'.repeat(40);
      for (const subject of ['wip', 'WIP: x', '[wip] x', 'Wip x', 'wip(a): b', 'WIP|x']) {
        repo.git('commit', '-q', '--allow-empty', '-m', subject);
        const result = push(`refs/heads/main ${head()} refs/heads/main ${base}\n`);
        expect(result.code).toBe(1);
        expect(result.stderr).toContain(`${subject}  (to main)`);
        expect(result.stderr).toContain('git push --no-verify');
        repo.git('reset', '-q', '--hard', base);
      }
      repo.git('commit', '-q', '--allow-empty', '-m', 'fine | so far\n\nClaude-WIP: yes');
      expect(push(`refs/heads/main ${head()} refs/heads/main ${base}\n`).stderr).toContain('fine | so far');
      // A new branch, and a remote commit that is not known here.
      expect(push(`refs/heads/main ${head()} refs/heads/new ${zeros}\n`).code).toBe(1);
      expect(push(`refs/heads/main ${head()} refs/heads/new ${'1'.repeat(40)}\n`).code).toBe(1);
      // Deletions, and what a remote has already.
      expect(push(`(delete) ${zeros} refs/heads/main ${head()}\n`).code).toBe(0);
      repo.git('update-ref', 'refs/remotes/origin/other', head());
      expect(push(`refs/heads/main ${head()} refs/heads/new ${zeros}\n`)).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
      repo.git('update-ref', '-d', 'refs/remotes/origin/other');
      repo.setFlag('no-wip-guard');
      expect(push(`refs/heads/main ${head()} refs/heads/new ${zeros}\n`).code).toBe(0);
      fs.rmSync(path.join(repo.repo, '.git/claude-hooks/flags/no-wip-guard'));
      repo.git('reset', '-q', '--hard', base);
      for (const subject of ['Wipe the table', 'fix wip', 'swip: x', 'wiper: y']) {
        repo.git('commit', '-q', '--allow-empty', '-m', `${subject}\n\nWIP: in the body`);
        expect(push(`refs/heads/main ${head()} refs/heads/main ${base}\n`)).toEqual({
          code: 0,
          stdout: '',
          stderr: '',
        });
        repo.git('reset', '-q', '--hard', base);
      }
    });
  },
);

it('gives one event to each of fifty processes at once', () => {
  const repo = makeHooksRepo();
  try {
    const bell = path.join(repo.home, '.local/share/claude-hooks/runtime/current/git-bell.sh');
    const script =
      'for n in $(seq 50); do (exec sh -c \'claude_hooks=post-commit; . "$0"\' "$0") & done; wait';
    execFileSync('sh', ['-c', script, bell], { cwd: repo.repo, env: repo.env });
    expect(repo.events().length).toBe(50);
  } finally {
    repo.cleanup();
  }
});
