import { messageOf } from '../../errors.ts';
import { examineContextFiles } from '../context/check.ts';
import { examineSettings } from './settings.ts';
import { examineLog, examineState } from './state.ts';
import {
  examineConfig,
  examineGitHooks,
  examineHabits,
  examineNotifications,
  examinePrograms,
} from './surroundings.ts';
import type { Diagnosis, DoctorPlace, Examination } from './types.ts';

export type { Diagnosis, DoctorPlace } from './types.ts';

/** Everything the doctor looks at; one line an examination. */
const EXAMINATIONS: Record<string, Examination> = {
  settings: examineSettings,
  programs: examinePrograms,
  config: examineConfig,
  'git-hooks': examineGitHooks,
  state: examineState,
  log: examineLog,
  'context-file': examineContextFiles,
  notifications: examineNotifications,
  habits: examineHabits,
};

/** Looks at everything; an examination that itself fails is a finding, not the end. */
export async function examine(place: DoctorPlace): Promise<Diagnosis[]> {
  const results = await Promise.all(
    Object.entries(EXAMINATIONS).map(async ([name, look]): Promise<Diagnosis[]> => {
      try {
        return await look(place);
      } catch (error) {
        return [
          {
            id: `${name}-not-examined`,
            level: 'error',
            text: `${name} could not be looked at: ${messageOf(error)}`,
            cure: 'This is a defect or a damaged file; the message names it.',
          },
        ];
      }
    }),
  );
  return results.flat();
}

/** Runs the repairs that lose nothing. @returns what each did, by id. */
export async function repair(diagnoses: readonly Diagnosis[]): Promise<Map<string, string>> {
  const done = new Map<string, string>();
  for (const { id, fix } of diagnoses) {
    if (fix === undefined || done.has(id)) continue;
    try {
      done.set(id, await fix());
    } catch (error) {
      done.set(id, `failed: ${messageOf(error)}`);
    }
  }
  return done;
}
