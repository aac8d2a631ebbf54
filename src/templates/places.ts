import * as path from 'node:path';
import { listDirectory, statIfExists } from '../platform/fs.ts';
import { slugOf } from '../store/names.ts';

export type TemplateOrigin = 'project' | 'user' | 'built-in';

/** A folder of templates; of two with the same slug the one of the earlier folder counts. */
export interface TemplateFolder {
  origin: TemplateOrigin;
  folder: string;
  /** No file of the folder is read from outside of this one, also by a link. */
  within: string;
}

export interface TemplateFile {
  /** How it is called: of the file's name what is fit for an id. */
  slug: string;
  origin: TemplateOrigin;
  file: string;
  within: string;
  /** Another one of that slug comes before it. */
  shadowed: boolean;
}

/** More files than people write. */
const MOST_FILES = 200;

/** The files of the folders, in their order and by name. Opens none of them. */
export function listTemplateFiles(folders: readonly TemplateFolder[]): TemplateFile[] {
  const known = new Set<string>();
  return folders.flatMap(({ origin, folder, within }) =>
    namesIn(folder).flatMap((name) => {
      const slug = slugOf(path.basename(name, '.md'), '');
      if (slug === '') return [];
      const shadowed = known.has(slug);
      known.add(slug);
      return [{ slug, origin, file: path.join(folder, name), within, shadowed }];
    }),
  );
}

function namesIn(folder: string): string[] {
  // A link of a repository may lead to a file, to nothing or to itself.
  try {
    if (statIfExists(folder)?.isDirectory() !== true) return [];
    return listDirectory(folder)
      .filter((name) => name.endsWith('.md') && !name.startsWith('.'))
      .sort()
      .slice(0, MOST_FILES);
  } catch {
    return [];
  }
}
