import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { NODE, quote, type Row, repository, session, sessionEnv, timeInShell } from './harness.ts';

/** Other tools' hook for a finished tool call, installed from npm without running their install scripts. */
export function peerHookRows(): Row[] {
  const small = repository('peer-hooks', 200, 10);
  const folder = path.resolve('node_modules/.cache/bench-peers');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path.join(folder, 'node_modules/ecc-universal'))) {
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    execFileSync(
      'npm',
      [
        'install',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        'ecc-universal@2.0.0',
        'oh-my-claude-sisyphus@5.5.0',
        'lefthook@2.2.2',
      ],
      { cwd: folder, stdio: 'ignore' },
    );
  }
  const event = `${JSON.stringify({ session_id: session, cwd: small, hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_input: { command: 'ls' }, tool_response: { stdout: 'x'.repeat(1_500) } })}\n`;
  const script = (name: string, args: string[], extra: NodeJS.ProcessEnv = {}): Row => ({
    name,
    against: 'node -e 0',
    run: () =>
      timeInShell(`${NODE} ${args.map(quote).join(' ')} 2>/dev/null || :`, 2, {
        cwd: small,
        env: { ...sessionEnv(small), ...extra },
        input: event,
      }),
  });
  const omc = path.join(folder, 'node_modules/oh-my-claude-sisyphus');
  const ecc = path.join(folder, 'node_modules/ecc-universal');
  const lefthook = path.join(
    folder,
    `node_modules/lefthook-${process.platform}-${process.arch}/bin/lefthook`,
  );
  return [
    script('ecc-universal 2.0.0, activity tracker', [
      path.join(ecc, 'scripts/hooks/session-activity-tracker.js'),
    ]),
    script(
      'oh-my-claude-sisyphus 5.5.0, post-tool',
      [path.join(omc, 'scripts/run.cjs'), path.join(omc, 'scripts/post-tool-verifier.mjs')],
      { CLAUDE_PLUGIN_ROOT: omc },
    ),
    ...(existsSync(lefthook)
      ? [
          {
            name: 'lefthook 2.2.2, run validate',
            against: 'node -e 0',
            run: () => timeInShell(`${quote(lefthook)} run validate 2>/dev/null || :`, 2, { cwd: small }),
          },
        ]
      : []),
  ];
}
