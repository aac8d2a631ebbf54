import { citePlace } from './events.ts';
import { minuteOf } from './layer-items.ts';
import {
  type FittedLayers,
  ITEM_KINDS,
  type ItemKind,
  type Layer,
  type LayerItem,
  layerOf,
} from './layers.ts';

const TITLES: Record<Layer, string> = {
  1: 'Layer 1: the last hour, in full',
  2: 'Layer 2: 1 to 4 hours ago, in detail',
  3: 'Layer 3: more than 4 hours ago, in brief',
  4: 'Layer 4: finished sessions, a line each',
};

const DONE: readonly ItemKind[] = ['prompt', 'agent', 'file', 'command', 'test', 'resolved'];
const PARTS: readonly [string, readonly ItemKind[]][] = [
  ['What was done', DONE],
  ['Key decisions', ['decision']],
  ['Current state', ['state', 'todo', 'unresolved']],
];

const NAMES: Record<ItemKind, string> = {
  output: 'outputs',
  call: 'calls',
  answer: 'answers',
  agent: 'sub-agents',
  prompt: 'prompts',
  command: 'commands',
  file: 'files',
  resolved: 'resolved errors',
  session: 'finished sessions',
  brief: 'overviews',
  test: 'test runs',
  state: 'last answers',
  todo: 'todos',
  unresolved: 'unresolved errors',
  decision: 'decisions',
};

/** The layers as Markdown; layers without a line are not shown. @param transcripts of each session, to look a source up. */
export function renderLayers(
  shown: readonly LayerItem[],
  leftOut: FittedLayers['leftOut'],
  input: { now: number; transcripts: ReadonlyMap<string, string> },
): string {
  const many = new Set(shown.map(({ session }) => session)).size > 1;
  const lines: string[] = [];
  for (const layer of [1, 2, 3, 4] as const) {
    const items = shown.filter((item) => layerOf(item, input.now) === layer).sort((a, b) => a.at - b.at);
    if (items.length === 0) continue;
    lines.push(
      `## ${TITLES[layer]}`,
      ...(layer === 2 ? partLines(items, many) : items.map((item) => itemLine(item, many, layer))),
      '',
    );
  }
  const used = [...input.transcripts].filter(([session]) =>
    shown.some((item) => item.session === session && item.sources.length > 0),
  );
  for (const [session, file] of used)
    lines.push(`${many ? `${session.slice(0, 8)}: lines` : 'Lines'} (with @: byte offsets) of ${file}`);
  const missing = ITEM_KINDS.flatMap((kind) =>
    leftOut[kind] === undefined ? [] : [`${leftOut[kind]} ${NAMES[kind]}`],
  );
  if (missing.length > 0) lines.push(`Left out: ${missing.join(', ')}`);
  return lines.length === 0 ? '' : `${lines.join('\n').trimEnd()}\n`;
}

function partLines(items: readonly LayerItem[], many: boolean): string[] {
  return PARTS.flatMap(([title, kinds]) => {
    const part = items.filter((item) => kinds.includes(item.kind));
    return part.length === 0 ? [] : [`### ${title}`, ...part.map((item) => itemLine(item, many, 2))];
  });
}

function itemLine(item: LayerItem, many: boolean, layer: Layer): string {
  const cites = item.sources.map(({ place, agent }) => citePlace(place, agent)).join(', ');
  const from = many && layer !== 4 ? `${item.session.slice(0, 8)} ` : '';
  const time = layer === 4 ? '' : `${layer === 3 ? minuteOf(item.at) : minuteOf(item.at).slice(11)} `;
  const mark = item.kind === 'decision' && layer !== 2 ? 'Decision: ' : '';
  return `- ${time}${mark}${item.text}${cites === '' ? '' : ` (${from}${cites})`}`;
}
