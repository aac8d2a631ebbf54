import { redactText } from '../redact/redact.ts';
import { code } from './markdown.ts';
import type { Plumbing } from './plumbing.ts';
import type { StatusEntry } from './status.ts';
import type { Capture } from './tree.ts';
import type { ChangedFile } from './types.ts';

const MAX_NAMES = 20;

/** What `checkpoints.include` asks for, as git's pathspecs, and the entries that cannot be asked for. */
export function includeSpecs(include: readonly string[] = []): { specs: string[]; refused: string[] } {
  const specs = new Set<string>();
  const refused: string[] = [];
  for (const entry of include) {
    const pattern = entry.replace(/^(?:\.?\/+)+/, '').replace(/^\.$/, '');
    const parts = pattern.split('/');
    if (pattern === '' || pattern.includes('\0') || parts.includes('..') || parts[0] === '.git') {
      refused.push(entry);
      continue;
    }
    // Git takes the pattern for a plain name too.
    specs.add(`:(glob)${pattern}`);
  }
  return { specs: [...specs], refused };
}

/** What is asked for as one text, for the record of the private index; undefined where nothing is. */
export function includeMark(include: readonly string[]): string | undefined {
  const { specs } = includeSpecs(include);
  return specs.length === 0 ? undefined : JSON.stringify(specs.sort());
}

/** The pathspecs of such a text; none where it is damaged. */
export function specsOf(mark: string | undefined): string[] {
  try {
    const specs: unknown = JSON.parse(mark ?? '[]');
    return Array.isArray(specs) ? specs.filter((spec) => /^:\(glob\)./.test(spec)) : [];
  } catch {
    return [];
  }
}

export interface Included {
  /** Those the private index has not yet, as untracked files. */
  entries: StatusEntry[];
  /** Names of all of them, also of those it has. */
  names: string[];
}

/** Ignored files that the pathspecs name; one git process, none where nothing is asked for. */
export async function listIncluded(
  git: Plumbing,
  index: string,
  specs: readonly string[],
): Promise<Included> {
  if (specs.length === 0) return { entries: [], names: [] };
  const output = await git.run(
    ['ls-files', '-z', '-t', '-i', '-c', '-o', '--exclude-standard', '--', ...specs],
    {
      index,
      env: { GIT_LITERAL_PATHSPECS: '0' },
      doing: () => `git was looking for ignored files that checkpoints.include names (${wordsOf(specs)})`,
    },
  );
  return parseIncluded(output);
}

/** Reads `git ls-files -z -t`: `? name` is not in the index, any other letter is. */
export function parseIncluded(output: Buffer): Included {
  const found: Included = { entries: [], names: [] };
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(0, start);
    const stop = end === -1 ? output.length : end;
    const path = Buffer.from(output.subarray(start + 2, stop));
    if (path.length > 0) {
      found.names.push(path.toString('utf8'));
      if (output[start] === 0x3f) found.entries.push(untracked(path));
    }
    start = stop + 1;
  }
  return found;
}

function untracked(path: Buffer): StatusEntry {
  const none = { inHead: false, inIndex: false, inWorktree: true };
  return { path, kind: 'untracked', staged: '?', worktree: '?', ...none };
}

/** Those files a checkpoint holds only because they are asked for, sorted. */
export function heldByInclude(capture: Capture, files: readonly ChangedFile[]): string[] {
  if (capture.ignored.length === 0) return [];
  const fresh = new Set(files.filter((file) => file.status === 'new').map((file) => file.path));
  // A repository of its own is listed with a slash at its end.
  return capture.ignored
    .map((name) => name.replace(/\/$/, ''))
    .filter((name) => fresh.has(name))
    .sort();
}

/** What a person should know: that ignored files are held, secrets and all, and what was asked for in vain. */
export function includeRemarks(held: readonly string[], include: readonly string[] = []): string[] {
  const shown = held.slice(0, MAX_NAMES).map((name) => code(redactText(name)));
  if (held.length > shown.length) shown.push(`${held.length - shown.length} more`);
  return [
    ...(held.length === 0
      ? []
      : [
          `held although git ignores it, whatever secrets are in it (checkpoints.include): ${shown.join(', ')}`,
        ]),
    ...includeSpecs(include).refused.map(
      (entry) =>
        `checkpoints.include: ${code(redactText(entry))} is no path inside the working tree and was not used`,
    ),
  ];
}

function wordsOf(specs: readonly string[]): string {
  return specs
    .slice(0, 5)
    .map((spec) => redactText(spec.slice(':(glob)'.length)))
    .join(', ');
}
