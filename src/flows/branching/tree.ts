import type { Branching } from '../../sessions/branching.ts';
import type { SessionRow } from '../../store/session-list.ts';
import { listSessions } from '../sessions/list.ts';
import type { SessionPlace } from '../sessions/place.ts';
import { type Child, readChildren, workHere } from './children.ts';

/** A session among those it branched off and those that branched off it. */
export interface TreeNode {
  session: SessionRow;
  /** Where it branched off; undefined for one that did not. */
  branching: Branching | undefined;
  /** Whether its work is what this working tree holds. */
  current: boolean;
  children: TreeNode[];
}

/**
 * Sessions that branched off each other, the latest first; with `all` every session, else only those of which one branched
 * off and none is archived. A branch that was taken back is not shown.
 */
export async function sessionTree(
  place: SessionPlace,
  options: { all: boolean; conversation?: string },
): Promise<{ roots: TreeNode[]; problems: string[] }> {
  const { rows, problems } = await listSessions(place);
  const { conversation } = options;
  const current = (await workHere(place, conversation === undefined ? {} : { conversation }))?.id;
  const known = new Map(rows.map((row) => [row.id, row]));
  const children = readChildren(place.state).filter(
    ({ session, branching }) => branching.state !== 'undone' && known.has(session),
  );
  const byParent = new Map<string, Child[]>();
  for (const child of children) {
    const { parent } = child.branching;
    byParent.set(parent, [...(byParent.get(parent) ?? []), child]);
  }
  const childIds = new Set(
    children.filter(({ branching }) => known.has(branching.parent)).map(({ session }) => session),
  );
  const nodeOf = (session: SessionRow, child: Child | undefined, above: readonly string[]): TreeNode => ({
    session,
    branching: child?.branching,
    current: session.id === current,
    children: (byParent.get(session.id) ?? [])
      .filter((one) => !above.includes(one.session))
      .sort((a, b) => a.branching.at - b.branching.at)
      .flatMap((one) => {
        const row = known.get(one.session);
        return row === undefined ? [] : [nodeOf(row, one, [...above, session.id])];
      }),
  });
  const roots = rows
    .filter(({ id }) => !childIds.has(id))
    .map((row) =>
      nodeOf(
        row,
        children.find(({ session }) => session === row.id),
        [],
      ),
    )
    .filter((node) => options.all || node.current || isShown(node));
  return { roots, problems };
}

function isShown(node: TreeNode): boolean {
  return (
    node.children.length > 0 &&
    (node.session.state !== 'Archived' || node.children.some(({ branching }) => branching?.state === 'open'))
  );
}
