import type { ReplayLane } from '../../types.ts';

export interface Lane {
  lane: ReplayLane;
  label: string;
  one: string;
  /** Path of its sign, in a square of 16. */
  icon: string;
}

/** In the order in which they are drawn. */
export const LANES: readonly Lane[] = [
  { lane: 'prompt', label: 'Prompts', one: 'Prompt', icon: 'M2.5 3h11v8h-6l-3 2.5V11h-2z' },
  { lane: 'answer', label: 'Answers', one: 'Answer', icon: 'M2.5 4h11M2.5 8h11M2.5 12h7' },
  { lane: 'tool', label: 'Tools', one: 'Tool', icon: 'M3 4l4 4-4 4M8.5 12.5H13' },
  {
    lane: 'edit',
    label: 'Edits',
    one: 'Edit',
    icon: 'M3 13l.7-3L10.5 3.200l2.3 2.300L6 12.300zM9 4.700l2.3 2.3',
  },
  { lane: 'checkpoint', label: 'Checkpoints', one: 'Checkpoint', icon: 'M4 14V2.500h8l-2 3 2 3H4' },
  { lane: 'commit', label: 'Commits', one: 'Commit', icon: 'M1.5 8h4M10.5 8h4M8 5.500a2.5 2.5 0 1 0 .01 0z' },
  { lane: 'error', label: 'Errors', one: 'Error', icon: 'M8 2l6.5 11.500h-13zM8 6.500v3.200M8 11.500v.3' },
  {
    lane: 'agent',
    label: 'Sub-agents',
    one: 'Sub-agent',
    icon: 'M4 2.500v11M4 8h5a3 3 0 0 0 3-3V3M10 5l2-2.200L14 5',
  },
  {
    lane: 'session',
    label: 'Session',
    one: 'Session',
    icon: 'M8 2.500a5.5 5.5 0 1 0 .01 0zM8 5v3.200l2.2 1.6',
  },
];

export const LANE_OF = Object.fromEntries(LANES.map((entry) => [entry.lane, entry])) as Record<
  ReplayLane,
  Lane
>;
