import type { RecordedEvent, RecordedHappening, RecordedUsage } from './events.ts';
import { type StepBody, type StepOptions, stepOf } from './step-of.ts';

/** A step that has no number yet, and when it is known that it happened. */
export interface OpenStep {
  body: StepBody;
  /** Milliseconds since 1970, as the event tells; undefined where it does not. */
  at: number | undefined;
  /** When the transcript was that far; undefined for what a sub-agent did, whose records stand elsewhere. */
  reached: number | undefined;
}

interface Held extends OpenStep {
  event: RecordedHappening;
}

/** Steps that wait for what their message cost; more than these are let go without. */
const MOST_HELD = 64;

export interface StepFold {
  /** Takes the next event. @returns the steps that are whole now. */
  take(event: RecordedEvent): OpenStep[];
  /** @returns the rest. */
  end(): OpenStep[];
}

/**
 * Turns events into steps, one for each but those that tell what a message cost: these come after what the message said, and
 * are folded into its last step. A step waits for that; at most 64 do.
 */
export function openStepFold(options: StepOptions): StepFold {
  const held: Held[] = [];
  let costUsd: number | undefined;
  let early: number | undefined;
  const release = (count: number): OpenStep[] =>
    held.splice(0, count).map(({ body, at, reached }) => ({ body, at, reached }));
  const note = (event: RecordedUsage): OpenStep[] => {
    if (event.costUsd !== undefined) costUsd = (costUsd ?? 0) + event.costUsd;
    const owner = held.findLastIndex((one) => belongs(one.event, event));
    const at = owner === -1 ? held.findLastIndex((one) => one.event.agent === event.agent) : owner;
    const tokens = event.input + event.cacheRead + event.cacheWrite;
    const body = held[at]?.body;
    if (body === undefined) {
      if (event.agent === undefined && tokens > 0) early = tokens;
      return [];
    }
    // What the client writes itself, such as an error, is noted as no token at all.
    if (event.agent === undefined && tokens > 0) body.contextTokens = tokens;
    if (costUsd !== undefined) body.costUsd = costUsd;
    return release(at + 1);
  };
  return {
    take(event) {
      if (event.kind === 'usage') return note(event);
      const body = stepOf(event, options);
      if (early !== undefined && event.agent === undefined) {
        body.contextTokens = early;
        early = undefined;
      }
      held.push({ body, at: event.at, reached: reachedAt(event), event });
      return release(held.length - MOST_HELD);
    },
    end: () => release(held.length),
  };
}

/** Whether the step was said no later than the record in which the cost stands. */
function belongs(event: RecordedHappening, usage: RecordedUsage): boolean {
  return (
    event.agent === usage.agent &&
    event.place.transcript === usage.place.transcript &&
    event.place.offset <= usage.place.offset
  );
}

/** A call comes when its result does. */
function reachedAt(event: RecordedHappening): number | undefined {
  if (event.agent !== undefined) return undefined;
  return event.kind === 'tool-call' ? (event.result?.at ?? event.at) : event.at;
}
