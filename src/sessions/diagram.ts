import {
  type LifecycleEvent,
  type LifecycleFacts,
  move,
  movesFrom,
  STATES,
  transition,
} from './lifecycle.ts';

const FACTS: LifecycleFacts = { conversation: 'open', others: 'none', done: false };

/** What happens, in the words of the table, and what of it leads to a move. */
const HAPPENINGS: [words: string, event: LifecycleEvent, facts?: Partial<LifecycleFacts>][] = [
  ['SessionStart', { kind: 'start', how: 'resume' }],
  ['prompt', { kind: 'prompt' }],
  ['Stop, StopFailure', { kind: 'stop' }],
  ['Stop, the work being done', { kind: 'stop' }, { done: true }],
  ['SessionEnd', { kind: 'end' }],
  ['SessionEnd, the work being done', { kind: 'end' }, { done: true }],
  ['SessionEnd, another conversation being open', { kind: 'end' }, { others: 'open' }],
  ['SessionEnd told once more', { kind: 'end' }, { conversation: 'ended' }],
  ['client gone without SessionEnd', { kind: 'lost' }],
  ['no client for an hour', { kind: 'left' }],
  ['quiet for `sessions.archiveAfter`', { kind: 'quiet' }],
];

/** The life cycle as Mermaid draws it and as a table: made by asking the function, so that neither can be wrong. */
export function lifecycleDocument(): string {
  const edges = STATES.flatMap((state) =>
    movesFrom(state).map((by) => `    ${state} --> ${move(state, by)}: ${by}`),
  );
  const rows = HAPPENINGS.map(([words, event, facts]) => {
    const cells = STATES.map((state) => {
      const { state: to, moves, actions } = transition(state, event, { ...FACTS, ...facts });
      const what = moves.length === 0 ? '' : `${to} (${moves.join(', ')})`;
      return [what, ...actions.map((action) => `*${action}*`)].filter((text) => text !== '').join(' ');
    });
    return `| ${[words, ...cells].join(' | ')} |`;
  });
  return [
    '# The life of a session',
    '',
    'Made by `npm run generate` from the function `transition` in `src/sessions/lifecycle.ts`; do not edit.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '    [*] --> New',
    ...edges,
    '```',
    '',
    'What the client reports is never refused; an empty cell changes nothing. In *italics*: what is done because of it. A command',
    '(`claude-hooks session start`, `cancel`, `pause`, `resume`, `complete`, `archive`) is the arrow of its name, and refused where',
    'there is none.',
    '',
    `| what happens | ${STATES.join(' | ')} |`,
    `|---|${STATES.map(() => '---|').join('')}`,
    ...rows,
    '',
  ].join('\n');
}
