import * as path from 'node:path';
import { isPlainName } from '../../context/fence.ts';
import { type FileText, readDocument } from '../../context/file.ts';
import { realPath } from '../../platform/fs.ts';
import type { Workplace } from '../workplace.ts';
import { type ActPlace, type ActResult, shown } from './act.ts';

/** A character of UTF-8 takes up to this many bytes. */
const BYTES = 4;

/** Gives the turn a file of the repository, whole as far as it fits. */
export function loadFile(at: ActPlace, { name }: { name: string }): Promise<ActResult> {
  const { place, nonce, budget, event } = at;
  const file = shown(name, nonce);
  const { relative, found } = findFile(place, event.cwd, name, budget * BYTES);
  if (found.kind !== 'text') {
    const why = found.kind === 'note' ? found.note : 'is no file of this repository';
    return Promise.resolve({
      done: false,
      said: `${file} ${why}; it was not added`,
      told: `Load context ${file}: not added, it ${why}.`,
    });
  }
  const command = isPlainName(relative) ? `cat ${relative}` : 'reading the file';
  const quote = { source: 'file', file: relative, text: found.text, command, unread: found.unread };
  return Promise.resolve({
    done: true,
    said: `${file} is in the conversation (${found.text.length} characters${found.unread ? ' and more' : ''})`,
    told: `Load context ${file}: its text is below.`,
    quotes: [quote],
  });
}

/** Named from the top of the working tree, else from the folder the session is in. */
function findFile(
  place: Workplace,
  cwd: string | undefined,
  name: string,
  limit: number,
): { relative: string; found: FileText } {
  const { root } = place.repository;
  const candidates = [path.resolve(root, name), ...(cwd === undefined ? [] : [path.resolve(cwd, name)])];
  let first: { relative: string; found: FileText } | undefined;
  for (const absolute of candidates) {
    const relative = path.relative(root, absolute);
    const found: FileText = isGitsOwn(place, absolute)
      ? { kind: 'note', note: 'lies in the git directory' }
      : readDocument(root, absolute, limit);
    if (found.kind === 'text') return { relative, found };
    first ??= { relative, found };
  }
  return first ?? { relative: name, found: { kind: 'missing' } };
}

/** Its configuration may hold passwords of remotes. Also by a link. */
function isGitsOwn({ repository }: Workplace, file: string): boolean {
  const real = safeRealPath(file);
  return [repository.gitDir, repository.commonDir].some((folder) => {
    if (folder === undefined) return false;
    const top = realPath(folder);
    return real === top || real.startsWith(`${top}${path.sep}`);
  });
}

function safeRealPath(file: string): string {
  try {
    return realPath(file);
  } catch {
    return file;
  }
}
