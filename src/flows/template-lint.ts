import * as path from 'node:path';
import { isPresetName, PRESET_NAMES } from '../config/preset-catalog.ts';
import { slugOf } from '../store/names.ts';
import { listTemplateFiles } from '../templates/places.ts';
import type { TemplateProblem } from '../templates/types.ts';
import { readTemplateFile, templateFolders } from './templates.ts';
import type { Workplace } from './workplace.ts';

/**
 * What is wrong with templates, also against the configuration they are used with.
 * @param files absolute; without any the project's and the person's own.
 */
export async function lintTemplates(
  place: Workplace,
  files: readonly string[],
): Promise<{ file: string; problems: TemplateProblem[] }[]> {
  const listed =
    files.length === 0
      ? listTemplateFiles(templateFolders(place).filter(({ origin }) => origin !== 'built-in'))
      : files.map((file) => ({
          slug: slugOf(path.basename(file, '.md'), ''),
          origin: 'project' as const,
          file,
          // Named by the person, wherever it lies.
          within: path.parse(file).root,
          shadowed: false,
        }));
  return Promise.all(
    listed.map(async (one) => {
      const read = await readTemplateFile(one);
      if ('reason' in read)
        return {
          file: one.file,
          problems: [{ level: 'error' as const, code: 'unreadable', message: `it ${read.reason}`, line: 1 }],
        };
      const { partition, preset } = read.parsed.template;
      const line = (key: string): number => read.parsed.lines.keys.get(key) ?? 1;
      const known = place.resolved.config.partitions.map(({ name }) => name);
      const problems = [...read.problems];
      if (partition !== undefined && !known.some((name) => name.toLowerCase() === partition.toLowerCase()))
        problems.push({
          level: 'warning',
          code: 'partition-unknown',
          message: `the configuration has no partition "${partition}"`,
          line: line('partition'),
        });
      // A file of the repository or a package may be a preset, too.
      if (preset !== undefined && !/[./@]/.test(preset) && !isPresetName(preset))
        problems.push({
          level: 'warning',
          code: 'preset-unknown',
          message: `there is no preset "${preset}"; there are: ${PRESET_NAMES.join(', ')}`,
          line: line('preset'),
        });
      return { file: one.file, problems: problems.sort((a, b) => a.line - b.line) };
    }),
  );
}
