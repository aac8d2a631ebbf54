/**
 * What one glob may become. A handful is usual; `{a,b}{a,b}{a,b}...` doubles with every pair, and a configuration
 * comes with the repository.
 */
const MOST = 128;

/** Why a glob is not usable; thrown within this domain only. */
export class GlobRefused extends Error {}

/**
 * The globs a glob with `{a,b}` stands for, as a shell reads it: nested, with empty parts and with `/` inside. Braces
 * without a comma, or without an end, are ordinary characters.
 * @throws GlobRefused where there would be more than 128, or for a range (`{1..9}`).
 */
export function expandBraces(glob: string): string[] {
  const done: string[] = [];
  const open = [glob];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const found = firstBraces(next);
    if (found === undefined) {
      done.push(next);
    } else {
      const [start, end] = [next.slice(0, found.from), next.slice(found.to)];
      for (const part of found.parts.reverse()) open.push(start + part + end);
    }
    if (done.length + open.length > MOST)
      throw new GlobRefused(`its braces stand for more than ${MOST} globs`);
  }
  return done;
}

/** The first braces with a comma, from their place on. */
function firstBraces(glob: string): { from: number; to: number; parts: string[] } | undefined {
  const lastEnd = glob.lastIndexOf('}');
  for (let from = nextOpen(glob, 0); from !== -1 && from < lastEnd; from = nextOpen(glob, from + 1)) {
    const found = partsFrom(glob, from);
    if (found !== undefined) return { from, ...found };
  }
  return undefined;
}

/** Where the next `{` is that no backslash makes an ordinary character. */
function nextOpen(glob: string, at: number): number {
  for (let index = at; index < glob.length; index += 1) {
    if (glob[index] === '\\') index += 1;
    else if (glob[index] === '{') return index;
  }
  return -1;
}

function partsFrom(glob: string, from: number): { to: number; parts: string[] } | undefined {
  const parts: string[] = [];
  let depth = 0;
  let start = from + 1;
  for (let index = from; index < glob.length; index += 1) {
    const letter = glob[index];
    if (letter === '\\') index += 1;
    else if (letter === '{') depth += 1;
    else if (letter === ',' && depth === 1) {
      parts.push(glob.slice(start, index));
      start = index + 1;
    } else if (letter === '}') {
      depth -= 1;
      if (depth > 0) continue;
      const last = glob.slice(start, index);
      if (parts.length === 0 && /^[^{}/]*[^{}/.]\.\.[^{}/.]/.test(last))
        throw new GlobRefused('a range such as {1..9} is not understood; write {1,2,3} or [1-9]');
      return parts.length === 0 ? undefined : { to: index + 1, parts: [...parts, last] };
    }
  }
  return undefined;
}
