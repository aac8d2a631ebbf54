import { findPartition } from '../partitions/find.ts';
import { writeSessionPartition } from '../store/partition.ts';
import type { TemplateRun } from '../store/template-run.ts';
import type { Workplace } from './workplace.ts';

/** Puts the partition a run is about in work for a session. One the configuration does not have is passed over and logged. */
export function usePartitionOf(
  place: Pick<Workplace, 'state' | 'resolved' | 'now' | 'log'>,
  run: TemplateRun,
  session: string,
): void {
  if (run.partition === undefined) return;
  const partition = findPartition(place.resolved.config.partitions, run.partition);
  if (partition === undefined)
    place.log('warn', `template ${run.id}: the configuration has no partition ${run.partition}`);
  else writeSessionPartition(place.state, session, { name: partition.name, by: 'prompt', at: place.now() });
}
