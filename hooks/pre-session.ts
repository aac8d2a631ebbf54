import { writeSync } from 'node:fs';
import * as path from 'node:path';
import { messageOf } from '../src/errors.ts';
import { runDetachedChecks } from '../src/flows/detached-checks.ts';
import { runPreSession } from '../src/flows/pre-session.ts';
import { openWorkplace } from '../src/flows/workplace.ts';
import { systemClock } from '../src/platform/clock.ts';

// The checks alone. For the detached rest of a session start: pre-session.cjs --run <directory> <hash>.
// By hand, without arguments: runs every configured check of this repository and prints what each found.
async function main(argv: readonly string[]): Promise<void> {
  const { env } = process;
  const [mode, directory, hash] = argv;
  if (mode === '--run' && directory !== undefined && hash !== undefined) {
    await runDetachedChecks(directory, hash, env);
    return;
  }
  const runtime = path.dirname(path.dirname(path.resolve(process.argv[1] ?? '.')));
  const place = await openWorkplace({ cwd: process.cwd(), env, runtime, now: systemClock });
  const { config, commandsTrusted } = place.resolved;
  const { findings } = await runPreSession({ ...place, config, commandsTrusted, now: place.now() });
  for (const { level, text } of findings) writeSync(1, `${level} ${text}\n`);
  if (findings.some(({ level }) => level === 'error')) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  writeSync(2, `claude-hooks pre-session: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
