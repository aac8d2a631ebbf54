import * as path from 'node:path';

/** Tools that are installed by `scripts/get-tools.ts` and not by the lock file, with their exact versions. */
export const TOOLS = { '@biomejs/biome': '2.6.8', knip: '6.44.2', lefthook: '2.2.2' };

export function toolsFolder(root: string): string {
  return path.join(root, 'node_modules/.cache/tools');
}
