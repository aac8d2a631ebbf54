import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawLanes, type GraphNode, type GraphRow } from '../../../src/checkpoints/graph.ts';

/**
 * Where the line that leaves a node downwards ends: at a node's id, or open.
 * @param seen gets every place the line runs through.
 */
function follow(rows: readonly GraphRow<GraphNode>[], start: number, seen = new Set<string>()): string {
  const cell = (row: number, column: number): string => rows[row]?.art[column] ?? ' ';
  let column = (rows[start]?.art ?? '').indexOf('●');
  let row = start + 1;
  let heading: 'down' | 'left' = 'down';
  for (;;) {
    const mark = cell(row, column);
    seen.add(`${row} ${column}`);
    if (heading === 'down') {
      if (mark === '┆') return `open to ${rows[row]?.openTo}`;
      if (mark === '●' || mark === '○') return rows[row]?.node?.id ?? 'no node';
      if ('│├┼'.includes(mark)) row += 1;
      else if ('╯┴'.includes(mark)) {
        heading = 'left';
        column -= 1;
      } else return `broken at ${row}:${column} by ${JSON.stringify(mark)}`;
    } else if (mark === '├') {
      heading = 'down';
      row += 1;
    } else if ('─┴┼'.includes(mark)) column -= 1;
    else return `broken at ${row}:${column} by ${JSON.stringify(mark)}`;
  }
}

/** Nodes with ids 0, 1, 2 …, each saved after any other one, itself, one that is gone, or nothing. */
const forests: fc.Arbitrary<GraphNode[]> = fc.integer({ min: 0, max: 30 }).chain((count) =>
  fc.tuple(
    ...Array.from({ length: count }, (_none, at) =>
      fc
        .oneof(
          // Mostly what really happens: something a little older.
          { weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }).map((back) => at + back) },
          { weight: 2, arbitrary: fc.integer({ min: 0, max: count }) },
          { weight: 1, arbitrary: fc.constant(undefined) },
        )
        .map((previous) => ({
          id: String(at),
          ...(previous === undefined ? {} : { previous: String(previous) }),
        })),
    ),
  ),
);

/** Whether going from one to what it was saved after, again and again, comes back to it. */
function isInRing(nodes: readonly GraphNode[], start: GraphNode): boolean {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  let at: GraphNode | undefined = start;
  for (let steps = 0; steps <= nodes.length && at?.previous !== undefined; steps += 1) {
    at = byId.get(at.previous);
    if (at === start) return true;
  }
  return false;
}

describe('the drawing of what was saved after what', () => {
  it('has every node once, and each line leads from a node to what it was saved after', () => {
    fc.assert(
      fc.property(forests, (nodes) => {
        const rows = drawLanes(nodes, { lanes: 40, ascii: false });
        expect(rows.flatMap(({ node }) => (node === undefined ? [] : [node.id])).sort()).toEqual(
          nodes.map(({ id }) => id).sort(),
        );
        const seen = new Set<string>();
        rows.forEach(({ node, art }, at) => {
          if (node === undefined) return;
          expect(art.match(/[●○]/g)).toHaveLength(1);
          if (node.previous === undefined) {
            expect(art).toContain('○');
            return;
          }
          const isShown = nodes.some(({ id }) => id === node.previous);
          const end = follow(rows, at, seen);
          if (!isShown) expect(end).toBe(`open to ${node.previous}`);
          else if (isInRing(nodes, node)) expect([node.previous, `open to ${node.previous}`]).toContain(end);
          else expect(end).toBe(node.previous);
        });
        const strokes = rows.flatMap(({ art }, row) =>
          [...art].flatMap((mark, column) => (' ●○'.includes(mark) ? [] : [`${row} ${column}`])),
        );
        expect(strokes.filter((place) => !seen.has(place))).toEqual([]);
        const position = new Map(rows.map(({ node }, at) => [node?.id, at]));
        for (const node of nodes.filter((one) => !isInRing(nodes, one))) {
          const parent = node.previous === undefined ? undefined : position.get(node.previous);
          if (parent !== undefined) expect(parent).toBeGreaterThan(position.get(node.id) ?? 0);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is never wider than asked for, and ends a line open where there is no room to go on', () => {
    fc.assert(
      fc.property(forests, fc.integer({ min: 1, max: 5 }), (nodes, lanes) => {
        const rows = drawLanes(nodes, { lanes, ascii: false });
        expect(rows.filter(({ node }) => node !== undefined)).toHaveLength(nodes.length);
        rows.forEach(({ node, art }, at) => {
          expect(art.length).toBeLessThanOrEqual(2 * lanes + 1);
          if (node?.previous !== undefined)
            expect([node.previous, `open to ${node.previous}`]).toContain(follow(rows, at));
        });
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the order it was given, as far as nothing comes before what was saved after it', () => {
    fc.assert(
      fc.property(forests, (nodes) => {
        const older = nodes.map(({ id, previous }) => ({
          id,
          ...(Number(previous) > Number(id) && { previous }),
        }));
        const rows = drawLanes(older, { lanes: 3, ascii: false });
        expect(rows.flatMap(({ node }) => node?.id ?? [])).toEqual(nodes.map(({ id }) => id));
      }),
    );
  });

  it('has those that were saved after a newer one before it, in their order', () => {
    const nodes = [{ id: 'a' }, { id: 'b', previous: 'a' }, { id: 'c', previous: 'a' }, { id: 'd' }];
    const rows = drawLanes(nodes, { lanes: 3, ascii: false });
    expect(rows.flatMap(({ node }) => node?.id ?? [])).toEqual(['b', 'c', 'a', 'd']);
  });

  it('uses ASCII alone where that is wanted, in the same places', () => {
    fc.assert(
      fc.property(forests, (nodes) => {
        const [plain, drawn] = [true, false].map((ascii) => drawLanes(nodes, { lanes: 6, ascii }));
        expect(plain?.map(({ art }) => art).join('')).toMatch(/^[\x20-\x7e]*$/);
        expect(plain?.map(({ art }) => art.length)).toEqual(drawn?.map(({ art }) => art.length));
      }),
    );
  });

  it('draws ten thousand in one line, and ten thousand after one', () => {
    const line = Array.from({ length: 10_000 }, (_none, at) => ({ id: `${at}`, previous: `${at + 1}` }));
    expect(drawLanes(line, { lanes: 8, ascii: false })).toHaveLength(10_001);
    expect(drawLanes(line.reverse(), { lanes: 8, ascii: false })).toHaveLength(10_001);
    const star = Array.from({ length: 10_000 }, (_none, at) => ({ id: `${at}`, previous: 'root' }));
    expect(drawLanes([...star, { id: 'root' }], { lanes: 8, ascii: false }).at(-1)?.art).toBe('○');
  });

  it('looks like this', () => {
    const nodes = [
      { id: 'after the restore', previous: 'restored' },
      { id: 'tried something', previous: 'restored' },
      { id: 'another way', previous: 'tried something before' },
      { id: 'restored', previous: 'older' },
      { id: 'tried something before', previous: 'older' },
      { id: 'older', previous: 'pruned' },
      { id: 'from before there was a tree' },
    ];
    const text = (ascii: boolean): string =>
      drawLanes(nodes, { lanes: 6, ascii })
        .map(({ art, node, openTo }) =>
          `${art.padEnd(6)}${node?.id ?? (openTo === undefined ? '' : `(${openTo})`)}`.trimEnd(),
        )
        .join('\n');
    expect(`\n${text(false)}\n`).toBe(`
●     after the restore
│ ●   tried something
│ │ ● another way
├─╯ │
●   │ restored
│   ● tried something before
├───╯
●     older
┆     (pruned)
○     from before there was a tree
`);
    expect(`\n${text(true)}\n`).toBe(`
*     after the restore
| *   tried something
| | * another way
|-' |
*   | restored
|   * tried something before
|---'
*     older
:     (pruned)
o     from before there was a tree
`);
  });
});
