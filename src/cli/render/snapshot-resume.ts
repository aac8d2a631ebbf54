import type { SnapshotResume } from '../../flows/snapshot-resume.ts';
import { visible } from '../../platform/terminal.ts';
import type { Cli } from '../cli.ts';
import { fileLines } from './checkpoint.ts';
import { section } from './snapshot.ts';

/** Lines of files a command shows at most. */
const MAX_FILES = 60;

/** How the working tree stands to a snapshot, and what to run to go on from it. */
export function resumeLines(cli: Cli, resume: SnapshotResume): string[] {
  const { since, sinceUnknown, advice, commands } = resume;
  const changes =
    since === null
      ? [`  It cannot be told: ${visible(sinceUnknown ?? '')}`]
      : since.length === 0
        ? ['  Nothing.']
        : fileLines(cli, since, MAX_FILES);
  return [
    ...section(cli, 'Changed since', changes),
    ...section(
      cli,
      'Branch',
      advice.map((sentence) => `  ${visible(sentence)}`),
    ),
    ...section(
      cli,
      'Commands to resume',
      commands.map((command) => `  ${visible(command)}`),
    ),
  ];
}
