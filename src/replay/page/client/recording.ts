import type { Replay, ReplayLane, ReplayStep } from '../../types.ts';
import type { FileState } from '../model/file-state.ts';
import { buildTimeAxis, lastAtMost, type TimeAxis } from '../model/time-axis.ts';
import { createFileHistory, type TouchedFile, touchedFiles } from '../model/touched.ts';
import { LANES, type Lane } from './lanes.ts';

/** What is recorded, and what follows from it; never changes. Steps are named by their position, from 0. */
export interface Recording {
  replay: Replay;
  steps: readonly ReplayStep[];
  axis: TimeAxis;
  lanes: readonly (Lane & { count: number })[];
  prompts: readonly number[];
  files: readonly TouchedFile[];
  fileStateAfter(file: TouchedFile, edits: number): FileState;
  /** Tokens and dollars as of each step; NaN before the first that tells. */
  tokens: Float64Array;
  dollars: Float64Array;
  /** When each sub-agent began and ended, as positions. */
  agents: ReadonlyMap<string, { first: number; last: number }>;
  /** Position of the step with a number, or of the one before it where there is none. */
  positionOfNumber(number: number): number;
}

/** Reads what the page carries, and lets the page be between the pieces; elements that are read are taken out. */
export async function readReplay(page: Document): Promise<Replay> {
  const head = page.getElementById('replay');
  const replay = JSON.parse(head?.textContent ?? '{}') as Omit<Replay, 'steps'>;
  head?.remove();
  const steps: ReplayStep[] = [];
  for (const piece of page.querySelectorAll('script.steps')) {
    for (const step of JSON.parse(piece.textContent ?? '[]') as ReplayStep[]) steps.push(step);
    piece.remove();
    await new Promise((resolve) => setTimeout(resolve));
  }
  return { ...replay, steps };
}

export function readRecording(replay: Replay): Recording {
  const { steps } = replay;
  const counts = new Map<ReplayLane, number>();
  const prompts: number[] = [];
  const agents = new Map<string, { first: number; last: number }>();
  const tokens = new Float64Array(steps.length);
  const dollars = new Float64Array(steps.length);
  let [lastTokens, lastDollars] = [Number.NaN, Number.NaN];
  for (const [index, step] of steps.entries()) {
    counts.set(step.lane, (counts.get(step.lane) ?? 0) + 1);
    if (step.lane === 'prompt') prompts.push(index);
    if (step.agent !== undefined) {
      const span = agents.get(step.agent);
      if (span === undefined) agents.set(step.agent, { first: index, last: index });
      else span.last = index;
    }
    lastTokens = step.contextTokens ?? lastTokens;
    lastDollars = step.costUsd ?? lastDollars;
    tokens[index] = lastTokens;
    dollars[index] = lastDollars;
  }
  const numbers = steps.map(({ number }) => number);
  return {
    replay,
    steps,
    axis: buildTimeAxis(steps.map(({ at }) => at)),
    lanes: LANES.filter(({ lane }) => counts.has(lane)).map((lane) => ({
      ...lane,
      count: counts.get(lane.lane) ?? 0,
    })),
    prompts,
    files: touchedFiles(steps),
    fileStateAfter: createFileHistory(steps),
    tokens,
    dollars,
    agents,
    positionOfNumber: (number) => Math.max(0, lastAtMost(numbers, number)),
  };
}
