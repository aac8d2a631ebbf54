import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMAND_RULES } from '../../src/install/command-rules.ts';
import { type InstallPlace, makeInstallPlace } from '../support/install-place.ts';
import { snapshot } from '../support/snapshot.ts';

// What install writes for the edits that partitions want to know of, and what uninstall leaves of it.

let place: InstallPlace;
beforeEach(() => {
  place = makeInstallPlace();
});
afterEach(() => {
  place.cleanup();
});

const FILES = {
  project: '.claude/settings.json',
  local: '.claude/settings.local.json',
  user: '../home/.claude/settings.json',
};
const TOOLS = 'Edit|Write|MultiEdit|NotebookEdit';

const matchers = (scope: keyof typeof FILES): (string | undefined)[] =>
  (
    (JSON.parse(place.read(FILES[scope])) as { hooks: { PreToolUse?: { matcher?: string }[] } }).hooks
      .PreToolUse ?? []
  ).map(({ matcher }) => matcher);

const configure = (outside: string | undefined, file = '.claude-sessionrc.json', more: object = {}): void =>
  place.write(
    file,
    JSON.stringify({
      partitions: [
        { name: 'Docs', globs: ['docs/**'], outside: 'allow' },
        { name: 'Frontend', globs: ['src/ui/**'], ...(outside === undefined ? {} : { outside }) },
      ],
      ...more,
    }),
  );

describe('install', () => {
  it.each(['local', 'project', 'user'] as const)(
    'writes one entry for edits in %s scope, and uninstall none',
    async (scope) => {
      const rc = scope === 'user' ? '../home/.config/claude-session/config.json' : '.claude-sessionrc.json';
      configure(undefined, rc);
      const before = snapshot(path.join(place.repo, '.claude'), path.join(place.home, '.claude'));
      await place.install({ scope });
      expect(matchers(scope)).toEqual(['Bash', TOOLS]);
      const text = place.read(FILES[scope]);
      const [entry, ...more] =
        (JSON.parse(text) as { hooks: { PreToolUse: { hooks: { command: string; timeout: number }[] }[] } })
          .hooks.PreToolUse[1]?.hooks ?? [];
      expect(more).toEqual([]);
      expect(entry?.command).toMatch(new RegExp(`^claude_hooks=edit:${scope}; .*exit 0$`));
      expect(entry?.timeout).toBe(10);
      await place.install({ scope });
      expect(place.read(FILES[scope])).toBe(text);
      await place.uninstall({ scope });
      expect(snapshot(path.join(place.repo, '.claude'), path.join(place.home, '.claude'))).toEqual(before);
    },
  );

  it('writes none where no partition wants it: none configured, all allow, hooks off', async () => {
    await place.install();
    const without = place.read(FILES.local);
    expect(matchers('local')).toEqual(['Bash']);
    configure('allow');
    await place.install();
    expect(place.read(FILES.local)).toBe(without);
    configure('block');
    await place.install();
    expect(matchers('local')).toEqual(['Bash', TOOLS]);
    configure('allow');
    await place.install();
    expect(place.read(FILES.local)).toBe(without);
    configure('block', '.claude-sessionrc.json', { enabled: false });
    await place.install();
    expect(place.exists(FILES.local) ? place.read(FILES.local) : '').not.toContain('edit:');
  });

  it('keeps what others have in the file, byte for byte, whichever of our groups come and go', async () => {
    const original = `{\n\t"hooks": {\n\t\t"PreToolUse": [{ "matcher": "${TOOLS}", "hooks": [ {"type":"command", "command": "theirs"} ] }]\n\t}\n}\n`;
    place.write(FILES.local, original);
    configure('note');
    await place.install();
    expect(matchers('local')).toEqual([TOOLS, 'Bash', TOOLS]);
    configure('note', '.claude-sessionrc.json', { checkpoints: { beforeCommands: false } });
    await place.install();
    expect(matchers('local')).toEqual([TOOLS, TOOLS]);
    configure('note');
    await place.install();
    expect(place.read(FILES.local).match(/claude_hooks=command:/g)).toHaveLength(COMMAND_RULES.length);
    await place.uninstall();
    expect(place.read(FILES.local)).toBe(original);
  });

  it('goes by what a scope may hold: a committed file nothing personal', async () => {
    configure('block', '.claude-sessionrc.local.json');
    await place.install({ scope: 'project' });
    await place.install({ scope: 'local' });
    expect(matchers('project')).toEqual(['Bash']);
    expect(matchers('local')).toEqual(['Bash', TOOLS]);
  });

  it('writes a Node doorbell without a shell, and knows it again', async () => {
    configure('note');
    await place.install({ platform: 'win32' });
    expect(place.read(FILES.local)).toMatch(/bell\.cjs\\" edit:local"/);
    const text = place.read(FILES.local);
    await place.install({ platform: 'win32' });
    expect(place.read(FILES.local)).toBe(text);
    await place.uninstall();
    expect(place.exists(FILES.local)).toBe(false);
  });
});
