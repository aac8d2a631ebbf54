import { writeSync } from 'node:fs';
import { takeLateFindings } from '../src/flows/late-findings.ts';
import { statePaths } from '../src/store/paths.ts';

// Started by the doorbell when findings came too late for the session's start: prompt.cjs <state directory> <session>.
const [, , root, session] = process.argv;
if (root !== undefined && session !== undefined) {
  try {
    const reply = takeLateFindings(statePaths(root), session, process.env);
    if (reply !== undefined) writeSync(1, reply);
  } catch (error) {
    writeSync(
      2,
      `claude-hooks prompt: late findings could not be read: ${String(error)}. See: claude-hooks doctor\n`,
    );
  }
}
