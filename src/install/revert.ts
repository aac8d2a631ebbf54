import { revertExclude } from './exclude.ts';
import { revertGitHookFile } from './git-hooks/index.ts';
import type { Surgical } from './plan.ts';
import { isEmptySettings, removeEntries } from './settings-entries.ts';

/**
 * A file that others have changed since, without our part. Equal to `bytes` where nothing of ours is in it;
 * undefined: the file goes. @param containers see `PlannedAction`; undefined where that is not known any more.
 */
export function revertBytes(
  surgical: Surgical,
  file: string,
  bytes: Buffer,
  containers: readonly string[] | undefined,
): Buffer | undefined {
  switch (surgical) {
    case 'settings':
      return removeEntries(file, bytes, containers);
    case 'exclude':
      return revertExclude(bytes);
    case 'own-file':
      return undefined;
    default:
      return revertGitHookFile(surgical, file, bytes);
  }
}

/** Whether a settings file that install had created is as good as gone. */
export function isLeftEmpty(surgical: Surgical, file: string, bytes: Buffer): boolean {
  return surgical === 'settings' && isEmptySettings(file, bytes);
}
