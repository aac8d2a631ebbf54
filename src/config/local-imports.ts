import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { sha256 } from '../platform/digest.ts';
import { realPath } from '../platform/fs.ts';
import { createReader } from './fingerprint.ts';
import { isInside } from './places.ts';

/** `import x from './a'`, `export * from './a'`, `import './a'`, `import('./a')`, `require('./a')`. */
const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])(\.{1,2}\/[^'"\n]*)\1/g;
const ENDINGS = ['', '.js', '.mjs', '.cjs', '.ts', '.json', '/index.js'];
const MAX_FILES = 50;

/**
 * A file and every local file it imports by a literal relative path, with the SHA-256 of each, by real path.
 * An import that is computed at run time is not found; what it names can then not be read either.
 * @throws HooksError for an import that is missing, leaves the repository or is not readable text.
 */
export function hashLocalImports(file: string, root: string): Record<string, string> {
  const reader = createReader();
  const top = realPath(root);
  const files: Record<string, string> = {};
  const waiting = [realPath(file)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (files[next] !== undefined) continue;
    if (!isInside(top, next)) throw refuse(file, `${next} lies outside the repository`);
    if (/[*,]/.test(next)) throw refuse(file, `${next} has a * or a comma in its path`);
    const read = reader.read(next);
    if (read.kind !== 'text')
      throw refuse(file, `${next} ${read.kind === 'absent' ? 'is not there' : read.why}`);
    files[next] = sha256(read.bytes);
    if (Object.keys(files).length > MAX_FILES) throw refuse(file, `it imports more than ${MAX_FILES} files`);
    for (const [, , specifier = ''] of read.text.matchAll(SPECIFIER)) {
      const target = path.resolve(path.dirname(next), specifier);
      const found = ENDINGS.map((ending) => target + ending).find(
        (name) => reader.read(name).kind === 'text',
      );
      if (found === undefined) throw refuse(file, `${specifier} in ${next} is not there`);
      waiting.push(realPath(found));
    }
  }
  return files;
}

function refuse(file: string, why: string): HooksError {
  return new HooksError({
    code: 'config-imports',
    kind: 'config',
    message: `This configuration cannot be evaluated: ${why}`,
    hint: 'An executable configuration may import files of its repository by literal relative paths. JSON or YAML needs none of this.',
    file,
  });
}
