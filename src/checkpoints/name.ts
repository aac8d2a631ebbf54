import { newId } from '../store/names.ts';

/** An id no other checkpoint has: see `newId`. */
export function newCheckpointId(name: string, now: number): string {
  return newId(name, now, 'checkpoint');
}
