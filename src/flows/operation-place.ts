import { realPath, statIfExists } from '../platform/fs.ts';
import { locateRepository, type StatePaths, stateRoot, type UserPaths } from '../store/paths.ts';

/**
 * Whether a folder belongs to the repository whose state this is. What an entry of the journal says is believed only
 * for such folders: a git directory, with whatever lies in it, can come unpacked from an archive.
 */
export function isSamePlace(place: { state: StatePaths; user: UserPaths }, root: string): boolean {
  if (statIfExists(root)?.isDirectory() !== true) return false;
  const repository = locateRepository(root);
  return (
    realPath(repository.root) === realPath(root) &&
    realPath(stateRoot(repository, place.user)) === realPath(place.state.root)
  );
}
