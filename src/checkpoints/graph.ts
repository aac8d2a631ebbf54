/** What is drawn: something with an id, saved after another one. */
export interface GraphNode {
  id: string;
  previous?: string;
}

/** A line of the drawing. */
export interface GraphRow<T> {
  /** Lanes of two columns each, without the spaces at their end. */
  art: string;
  /** The node whose mark this line holds. */
  node?: T;
  /** On the line that shows an open end: the id of what it was saved after, which is not drawn. */
  openTo?: string;
}

/** Marks in the form of `git log --graph`, as box drawings and in ASCII. */
const ASCII: Record<string, string> = {
  '●': '*',
  '○': 'o',
  '│': '|',
  '├': '|',
  '─': '-',
  '┼': '+',
  '┴': "'",
  '╯': "'",
  '┆': ':',
};

/**
 * Draws which node was saved after which, in the order given but never one before those saved after it: `●` goes on
 * downwards to what it was saved after, `○` is the first of its line, `┆` leads to something that is not in the list.
 * Each node has one line. Where more lines run side by side than `lanes`, the next one is not drawn on but ends open.
 * Something that was saved after itself, by whatever way, ends open too.
 * @param nodes the newest first; no id twice.
 * @param lanes how many lines may run side by side; the drawing is at most one lane wider.
 */
export function drawLanes<T extends GraphNode>(
  nodes: readonly T[],
  options: { lanes: number; ascii: boolean },
): GraphRow<T>[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = parentsOf(nodes, byId);
  const waiting: (string | undefined)[] = [];
  const rows: GraphRow<T>[] = [];
  const push = (cells: string[], more: Omit<GraphRow<T>, 'art'> = {}): void => {
    const art = cells.join('').trimEnd();
    rows.push({ art: options.ascii ? art.replace(/[^ ]/g, (mark) => ASCII[mark] ?? mark) : art, ...more });
  };
  for (const node of inOrder(nodes, parents)) {
    const own = waiting.flatMap((id, lane) => (id === node.id ? [lane] : []));
    if (own.length > 1) push(joinRow(waiting, own));
    for (const lane of own.slice(1)) waiting[lane] = undefined;
    const free = waiting.indexOf(undefined);
    const lane = own[0] ?? (free === -1 ? waiting.length : free);
    const parent = parents.get(node.id);
    const goesOn = node.previous !== undefined;
    push(laneRow(waiting, lane, goesOn ? '●' : '○'), { node });
    const isDrawnOn = parent !== undefined && lane < options.lanes;
    waiting[lane] = isDrawnOn ? parent : undefined;
    if (goesOn && !isDrawnOn) push(laneRow(waiting, lane, '┆'), { openTo: node.previous });
    while (waiting.length > 0 && waiting.at(-1) === undefined) waiting.pop();
  }
  return rows;
}

/** The parent of each node that has one in the list, without those that would make a ring. */
function parentsOf(nodes: readonly GraphNode[], byId: ReadonlyMap<string, GraphNode>): Map<string, string> {
  const parents = new Map<string, string>();
  const settled = new Set<string>();
  for (const start of nodes) {
    const way = new Set<string>();
    let at: GraphNode | undefined = start;
    while (at !== undefined && !settled.has(at.id) && !way.has(at.id)) {
      way.add(at.id);
      const parent: GraphNode | undefined = at.previous === undefined ? undefined : byId.get(at.previous);
      if (parent !== undefined && !way.has(parent.id)) parents.set(at.id, parent.id);
      at = parent;
    }
    for (const id of way) settled.add(id);
  }
  return parents;
}

/** The nodes in their order, each after all that were saved after it. */
function inOrder<T extends GraphNode>(nodes: readonly T[], parents: ReadonlyMap<string, string>): T[] {
  const children = new Map<string, T[]>();
  for (const node of nodes) {
    const parent = parents.get(node.id);
    const siblings = parent === undefined ? undefined : children.get(parent);
    if (siblings !== undefined) siblings.push(node);
    else if (parent !== undefined) children.set(parent, [node]);
  }
  const ordered: T[] = [];
  const done = new Set<string>();
  for (const start of nodes) {
    const stack = [start];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const before: T[] = (children.get(node.id) ?? []).filter((child) => !done.has(child.id));
      if (before.length > 0 && !done.has(node.id)) for (const child of before.reverse()) stack.push(child);
      else {
        if (!done.has(node.id)) ordered.push(node);
        done.add(node.id);
        stack.pop();
      }
    }
  }
  return ordered;
}

function laneRow(waiting: readonly (string | undefined)[], lane: number, mark: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at < Math.max(waiting.length, lane + 1); at += 1)
    cells.push(at === lane ? mark : waiting[at] === undefined ? ' ' : '│', ' ');
  return cells;
}

/** The line above a node that several were saved after: their lanes bend to the leftmost one. */
function joinRow(waiting: readonly (string | undefined)[], own: readonly number[]): string[] {
  const first = own[0] ?? 0;
  const last = own.at(-1) ?? 0;
  return waiting.flatMap((id, lane) => {
    const inside = lane > first && lane < last;
    const gap = lane >= first && lane < last ? '─' : ' ';
    if (lane === first) return ['├', gap];
    if (lane === last) return ['╯', gap];
    if (own.includes(lane)) return ['┴', gap];
    if (id === undefined) return [inside ? '─' : ' ', gap];
    return [inside ? '┼' : '│', gap];
  });
}
