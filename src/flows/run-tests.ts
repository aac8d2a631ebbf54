import * as path from 'node:path';
import { parseDuration } from '../config/duration.ts';
import { readTextIfExists } from '../platform/fs.ts';
import { runCommand } from '../platform/process.ts';
import type { SessionEvent } from '../sessions/event.ts';
import { reportError } from './on-error.ts';
import type { Workplace } from './workplace.ts';

/**
 * Runs the project's tests after a session; a failure is reported as an error. Needs this machine's consent.
 * @param time the same for the same `key`: the error log is named by both.
 */
export async function runTests(
  place: Workplace,
  event: SessionEvent,
  key: string,
  time: number,
): Promise<void> {
  const { tests } = place.resolved.config.postSession;
  if (!tests.enabled) return;
  if (!place.resolved.commandsTrusted) {
    place.log(
      'warn',
      "tests were not run: this repository's commands are not allowed on this machine (claude-hooks trust)",
    );
    return;
  }
  const command = tests.command ?? defaultTestCommand(place.repository.root);
  if (command === undefined) {
    place.log('warn', 'postSession.tests is on, but no command is configured and none could be found');
    return;
  }
  const result = await runCommand(command, {
    cwd: place.repository.root,
    timeoutMs: parseDuration(tests.timeout) ?? 600_000,
  });
  place.log(
    result.ok ? 'info' : 'warn',
    `tests after the session (${command}): ${result.ok ? 'passed' : 'failed'}`,
  );
  if (result.ok) return;
  const output = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-40).join('\n');
  await reportError(place, {
    key,
    title: result.timedOut
      ? `The tests did not end within ${tests.timeout}`
      : 'The tests failed after the session',
    text: `$ ${command}\n${output}`,
    group: `tests:${command}`,
    time,
    event,
  });
}

function defaultTestCommand(root: string): string | undefined {
  const manifest = readTextIfExists(path.join(root, 'package.json'));
  if (manifest !== undefined && /"test"\s*:/.test(manifest)) return 'npm test --silent';
  if (readTextIfExists(path.join(root, 'pyproject.toml')) !== undefined) return 'python3 -m pytest -q';
  if (readTextIfExists(path.join(root, 'go.mod')) !== undefined) return 'go test ./...';
  return readTextIfExists(path.join(root, 'Cargo.toml')) === undefined ? undefined : 'cargo test --quiet';
}
