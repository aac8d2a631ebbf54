import type { TranscriptPlace } from './events.ts';

const HOUR_MS = 3_600_000;

/** 1: full; 2: detailed; 3: brief; 4: one line a finished session. */
export type Layer = 1 | 2 | 3 | 4;

/**
 * What a statement is about, in the order in which they are dropped to fit a budget: the first go first, decisions last.
 */
export const ITEM_KINDS = [
  'output',
  'call',
  'answer',
  'agent',
  'prompt',
  'command',
  'file',
  'resolved',
  'session',
  'brief',
  'test',
  'state',
  'todo',
  'unresolved',
  'decision',
] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

/** One statement about a session; `text` is one line, redacted. */
export interface LayerItem {
  kind: ItemKind;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
  /** The session it is about. */
  session: string;
  sources: { place: TranscriptPlace; agent: string | undefined }[];
}

/** What each layer keeps of a session that is not finished. */
const KEPT: Record<1 | 2 | 3, ReadonlySet<ItemKind>> = {
  1: new Set(ITEM_KINDS),
  2: new Set([
    'agent',
    'prompt',
    'command',
    'file',
    'resolved',
    'test',
    'state',
    'todo',
    'unresolved',
    'decision',
  ]),
  3: new Set(['brief', 'todo', 'unresolved', 'decision']),
};

/**
 * The layer of something by its age: less than an hour, less than four, older. What lies in the future (a clock that was set
 * back) counts as new. A line about a finished session is always in the fourth.
 */
export function layerOf(item: { kind: ItemKind; at: number }, now: number): Layer {
  if (item.kind === 'session') return 4;
  const age = now - item.at;
  if (age < HOUR_MS) return 1;
  return age < 4 * HOUR_MS ? 2 : 3;
}

/** Whether a statement of that kind is kept at its age. */
export function isKept(item: { kind: ItemKind; at: number }, now: number): boolean {
  const layer = layerOf(item, now);
  return layer === 4 || KEPT[layer].has(item.kind);
}

/** An estimate: a token is about four bytes of English text or code. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / 4);
}

/** In the order in which they are dropped: by kind, and of one kind the oldest first. */
export function dropOrder(items: readonly LayerItem[]): LayerItem[] {
  const rank = new Map(ITEM_KINDS.map((kind, index) => [kind, index]));
  return [...items].sort((a, b) => (rank.get(a.kind) ?? 0) - (rank.get(b.kind) ?? 0) || a.at - b.at);
}

export interface FittedLayers {
  text: string;
  /** Estimated. */
  tokens: number;
  shown: LayerItem[];
  /** How many of each kind the budget left no room for. */
  leftOut: Partial<Record<ItemKind, number>>;
}

/**
 * As much as fits into a budget of tokens. `render` is given what is shown, in the order of `items`, and how many of each
 * kind are left out. Drops as few as it can; where not even an empty rendering fits, the text is empty.
 */
export function fitLayers(
  items: readonly LayerItem[],
  budget: number | undefined,
  render: (shown: LayerItem[], leftOut: FittedLayers['leftOut']) => string,
): FittedLayers {
  const order = dropOrder(items);
  const without = (count: number): FittedLayers => {
    const dropped = new Set(order.slice(0, count));
    const shown = items.filter((item) => !dropped.has(item));
    const leftOut: FittedLayers['leftOut'] = {};
    for (const { kind } of dropped) leftOut[kind] = (leftOut[kind] ?? 0) + 1;
    const text = render(shown, leftOut);
    return { text, tokens: estimateTokens(text), shown, leftOut };
  };
  const whole = without(0);
  if (budget === undefined || whole.tokens <= budget) return whole;
  let low = 0;
  let high = order.length;
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (without(middle).tokens <= budget) high = middle;
    else low = middle;
  }
  for (let count = high; count <= order.length; count += 1) {
    const fitted = without(count);
    if (fitted.tokens <= budget) return fitted;
  }
  return { ...without(order.length), text: '', tokens: 0 };
}
