import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hookGroups, isOwnCommand, ownEntry, singleQuoted } from '../../../src/install/commands-text.ts';

const RUNTIME = { directory: '/opt/r', inProject: undefined, node: '/usr/bin/node' };
const stop = (...input: Parameters<typeof hookGroups>): string =>
  hookGroups(...input).get('Stop')?.[0]?.hooks[0].command ?? '';

describe('the command of an entry', () => {
  it('is one line, and known as ours whatever the scope and system', () => {
    for (const scope of ['local', 'user', 'project'] as const)
      for (const platform of ['linux', 'darwin', 'win32'] as const) {
        const runtime = {
          ...RUNTIME,
          inProject: scope === 'project' ? 'node_modules/claude-hooks/dist' : undefined,
        };
        const all = hookGroups(scope, runtime, platform, { rules: ['rm *'], edits: true });
        expect(all.get('PreToolUse')?.map(({ matcher }) => matcher)).toEqual([
          'Bash',
          'Edit|Write|MultiEdit|NotebookEdit',
        ]);
        for (const { hooks } of [...all.values()].flat()) {
          expect(hooks[0].command).not.toMatch(/[\r\n]/);
          expect(ownEntry(hooks[0].command)).toMatchObject({ scope });
        }
      }
  });

  it('on Windows it starts the doorbell with node, but a committed one is the same everywhere', () => {
    const runtime = {
      directory: 'C:\\Users\\Zoë B\\runtime\\current',
      inProject: undefined,
      node: 'C:\\Program Files\\nodejs\\node.exe',
    };
    expect(stop('local', runtime, 'win32')).toBe(
      '"C:/Program Files/nodejs/node.exe" "C:/Users/Zoë B/runtime/current/bell.cjs" stop:local',
    );
    expect(stop('project', RUNTIME, 'win32')).toBe(stop('project', RUNTIME, 'linux'));
  });

  it('refuses a path that no line can hold', () => {
    expect(() => stop('local', { ...RUNTIME, directory: '/a\nb' }, 'linux')).toThrow(
      'cannot stand in a hook command',
    );
    expect(() => stop('user', { ...RUNTIME, node: 'C:\\a%PATH%\\node.exe' }, 'win32')).toThrow(
      'cannot stand',
    );
  });

  it('does not take commands of others for ours', () => {
    for (const command of ['echo claude_hooks=stop:local;', 'node bell.cjs', 'node "/x/bell.cjs" stop', ''])
      expect(isOwnCommand(command)).toBe(false);
    expect(isOwnCommand('claude_hooks=future:elsewhere; whatever')).toBe(true);
  });
});

it('singleQuoted means exactly the text to a shell', () => {
  const path = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => !/[\u0000-\u001f\u007f]/.test(text));
  fc.assert(
    fc.property(fc.array(path, { minLength: 5, maxLength: 20 }), (texts) => {
      const script = `printf '%s\\n' ${texts.map(singleQuoted).join(' ')}`;
      expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe(`${texts.join('\n')}\n`);
    }),
    { numRuns: 40 },
  );
});
