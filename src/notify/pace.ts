import type { Clock } from '../platform/clock.ts';
import { hashOf, readOn, writeOn } from './outbox-files.ts';

/** How fast one webhook may be used, by all processes together: kept in a file named after a hash of its address. */
export interface Pace {
  outboxDirectory: string;
  webhook: string;
  now: Clock;
  /** Between an answer and the next request; the default is 1,000 ms. */
  spacingMs?: number;
}

const SPACING_MS = 1_000;
const LONGEST_HOLD_MS = 60 * 60_000;

/**
 * When the webhook may be used next, milliseconds since 1970. A time that a changed clock has put into the future
 * counts for no more than one spacing, a hold for no more than an hour.
 */
export function openFrom(pace: Pace): number {
  const { lastUsed, notBefore } = read(pace);
  const time = pace.now();
  const spacing = pace.spacingMs ?? SPACING_MS;
  const spaced = Math.min(lastUsed, time) + spacing;
  return Math.max(spaced, notBefore > time + LONGEST_HOLD_MS ? 0 : notBefore);
}

export function markUsed(pace: Pace): void {
  write(pace, { ...read(pace), lastUsed: pace.now() });
}

/** Lets nobody use the webhook before this time. */
export function holdUntil(pace: Pace, time: number): void {
  write(pace, { ...read(pace), notBefore: time });
}

interface State {
  lastUsed: number;
  notBefore: number;
}

function read({ outboxDirectory, webhook }: Pace): State {
  const state = readOn(outboxDirectory, 'webhooks', hashOf(webhook)) ?? {};
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  return { lastUsed: number(state.lastUsed), notBefore: number(state.notBefore) };
}

function write({ outboxDirectory, webhook }: Pace, state: State): void {
  writeOn(outboxDirectory, 'webhooks', hashOf(webhook), state);
}
