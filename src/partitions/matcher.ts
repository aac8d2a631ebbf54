import { DEEP, readGlob } from './glob.ts';
import { matchesTokens, type Segment } from './segment.ts';
import type { Partition, RefusedGlob } from './types.ts';

/** A place in the globs of all partitions: what may follow there, and which globs end there. */
interface Node {
  names: Map<string, Node>;
  patterns: { segment: Exclude<Segment, { kind: 'name' }>; key: string; next: Node }[];
  /** Behind `**`: it stays in itself for any folder. */
  deep: Node | undefined;
  isDeep: boolean;
  ends: End[];
  /** The step in which this place was reached last. */
  step: number;
}

interface End {
  partition: number;
  /** Position of the glob in its partition; of those that match a file the last decides. */
  order: number;
  negated: boolean;
}

export interface Matcher {
  /** Positions of the partitions that hold a file (its path from the top of the working tree, with `/`), ascending. */
  holders(file: string): number[];
  refused: RefusedGlob[];
}

/**
 * Joins the globs of all partitions into one tree of path segments, so that a file is walked once, segment by segment,
 * however many globs there are. The time for a file is bounded by its length times the length of all globs: nothing is
 * tried twice, so no glob, however hostile, takes longer (docs/decisions/0016-partitions.md).
 */
export function compilePartitions(partitions: readonly Pick<Partition, 'name' | 'globs'>[]): Matcher {
  const root = newNode(false);
  const refused: RefusedGlob[] = [];
  partitions.forEach(({ name, globs }, partition) => {
    globs.forEach((text, order) => {
      const glob = readGlob(text);
      if (typeof glob === 'string') refused.push({ partition: name, glob: text, reason: glob });
      else for (const path of glob.paths) addPath(root, path, { partition, order, negated: glob.negated });
    });
  });
  return { holders: (file) => holdersOf(root, file), refused };
}

function newNode(isDeep: boolean): Node {
  return { names: new Map(), patterns: [], deep: undefined, isDeep, ends: [], step: 0 };
}

function addPath(root: Node, path: readonly (Segment | typeof DEEP)[], end: End): void {
  let node = root;
  for (const segment of path) {
    if (segment === DEEP) {
      node.deep ??= newNode(true);
      node = node.deep;
    } else if (segment.kind === 'name') {
      const next = node.names.get(segment.text) ?? newNode(false);
      node.names.set(segment.text, next);
      node = next;
    } else {
      const key = JSON.stringify(segment);
      const known = node.patterns.find((pattern) => pattern.key === key);
      const next = known?.next ?? newNode(false);
      if (known === undefined) node.patterns.push({ segment, key, next });
      node = next;
    }
  }
  node.ends.push(end);
}

let steps = 0;

function holdersOf(root: Node, file: string): number[] {
  const reach = (node: Node, list: Node[]): void => {
    if (node.step === steps) return;
    node.step = steps;
    list.push(node);
    if (node.deep !== undefined) reach(node.deep, list);
  };
  steps += 1;
  let active: Node[] = [];
  reach(root, active);
  for (const name of file.split('/')) {
    const next: Node[] = [];
    steps += 1;
    for (const node of active) {
      if (node.isDeep) reach(node, next);
      const named = node.names.get(name);
      if (named !== undefined) reach(named, next);
      for (const { segment, next: other } of node.patterns)
        if (segment.kind === 'all' || matchesTokens(segment.tokens, name)) reach(other, next);
    }
    if (next.length === 0) return [];
    active = next;
  }
  return decide(active);
}

/** Of the globs of one partition that match, the last decides. */
function decide(active: readonly Node[]): number[] {
  const last = new Map<number, End>();
  for (const node of active)
    for (const end of node.ends)
      if ((last.get(end.partition)?.order ?? -1) < end.order) last.set(end.partition, end);
  return [...last.values()]
    .filter(({ negated }) => !negated)
    .map(({ partition }) => partition)
    .sort((a, b) => a - b);
}
