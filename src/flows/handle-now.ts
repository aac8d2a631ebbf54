import { openSpool, recordEvent } from '../store/spool.ts';
import { runWorker } from './worker.ts';
import type { Workplace } from './workplace.ts';

/** Records an event and does what it calls for before returning, as the worker would do it later. */
export async function handleNow(place: Workplace, bell: string, payload: string): Promise<void> {
  openSpool(place.state);
  recordEvent(place.state, bell, 'manual', payload);
  await runWorker(place, { foreground: true });
}
