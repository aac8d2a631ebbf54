import * as path from 'node:path';
import { HooksError, messageOf, systemCode } from '../../../errors.ts';
import {
  createFileExclusive,
  readTextIfExists,
  statIfExists,
  writeFileAtomic,
} from '../../../platform/fs.ts';
import { openWithDesktop } from '../../../platform/open-file.ts';
import { visible } from '../../../platform/terminal.ts';
import { renderReplayPage } from '../../../replay/page/render-page.ts';
import type { Replay } from '../../../replay/types.ts';
import type { Cli } from '../../cli.ts';

/** What `replay --html` was asked for. */
export interface ReplayPageOptions {
  /** Relative to where the command runs. */
  html: string;
  /** Shows the page with the program the desktop has for it. */
  open: boolean;
  /** Also over a file that is there. */
  force?: boolean;
}

/**
 * Writes a replay as one page, whole or not at all, for its owner alone (it holds what was said and done), and says where it
 * is. @returns the file, absolute. @throws `file-exists`, `page-folder` (its folder is missing), `page-not-written`.
 */
export async function writeReplayPage(cli: Cli, replay: Replay, options: ReplayPageOptions): Promise<string> {
  const file = path.resolve(cli.cwd, options.html);
  const taken = statIfExists(file);
  if (taken?.isDirectory() === true) throw cannotWrite(file, 'is a folder');
  if (taken !== undefined && options.force !== true) throw alreadyThere(file);
  if (statIfExists(path.dirname(file))?.isDirectory() !== true)
    throw cannotWrite(file, 'is in a folder that does not exist');
  const page = renderReplayPage(replay, {
    script: readAsset(cli, 'replay-page.js'),
    style: readAsset(cli, 'replay-page.css'),
  });
  if (!put(file, page, options.force === true)) throw alreadyThere(file);
  cli.say(
    `Written: ${visible(file)} (${Math.ceil(Buffer.byteLength(page) / 1_000).toLocaleString('en')} kB)`,
  );
  if (options.open) {
    const obstacle = await openWithDesktop(file);
    if (obstacle !== undefined) cli.say(`It could not be opened: ${obstacle}.`);
  }
  return file;
}

/** @returns false where the name is taken. */
function put(file: string, page: string, force: boolean): boolean {
  try {
    if (!force) return createFileExclusive(file, page);
    writeFileAtomic(file, page, { mode: 0o600 });
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw new HooksError({
      code: 'page-not-written',
      kind: 'failed',
      message: `${file} could not be written: ${full ? 'the disk is full' : messageOf(error)}`,
      hint: full ? 'Make room, or name a file on another disk.' : 'Name a file in a folder you may write to.',
      file,
      cause: error,
    });
  }
}

function readAsset(cli: Cli, name: string): string {
  const text = readTextIfExists(path.join(cli.runtime, name));
  if (text === undefined) {
    throw new HooksError({
      code: 'runtime-incomplete',
      kind: 'failed',
      message: `${name} is missing in ${cli.runtime}, so no page can be made.`,
      hint: 'Install claude-hooks again: npx claude-hooks install',
    });
  }
  return text;
}

function alreadyThere(file: string): HooksError {
  return new HooksError({
    code: 'file-exists',
    kind: 'conflict',
    message: `${file} is there already; it was left as it is.`,
    hint: 'Name another file, or say --force.',
    file,
  });
}

function cannotWrite(file: string, why: string): HooksError {
  return new HooksError({
    code: 'page-folder',
    kind: 'usage',
    message: `${file} ${why}; nothing was written.`,
    hint: 'Name a file in a folder that exists.',
    file,
  });
}
