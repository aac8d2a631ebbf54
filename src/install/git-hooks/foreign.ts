import * as path from 'node:path';
import { listDirectory, readTextIfExists, statIfExists } from '../../platform/fs.ts';
import { removeBlocks } from './block.ts';

/** Whether a hooks directory holds a hook that someone else put there (git's samples do not count). */
export function hasForeignHooks(directory: string): boolean {
  return listDirectory(directory).some((name) => {
    const file = path.join(directory, name);
    if (name.includes('.') || statIfExists(file)?.isFile() !== true) return false;
    const text = readTextIfExists(file) ?? '';
    const rest = removeBlocks(text);
    return rest === undefined || rest.replace(/^#!.*$/m, '').trim() !== '';
  });
}
