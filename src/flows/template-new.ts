import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { createFileExclusive, ensureDirectory } from '../platform/fs.ts';
import { visible } from '../platform/terminal.ts';
import { openDocumentFolder } from '../store/documents.ts';
import { cleanName, slugOf } from '../store/names.ts';
import { documentPaths } from '../store/paths.ts';
import { renderTemplate } from '../templates/render.ts';
import type { Template } from '../templates/types.ts';
import { findTemplate, type TemplatePlace } from './templates.ts';

/** What somebody who has never written one starts from. */
const EXAMPLE: Omit<Template, 'title'> = {
  description: 'What it is for, in a sentence.',
  variables: [{ name: 'Feature', description: 'What is to be done', required: true }],
  intro: ['{{Feature}}: what has to be known before the work begins.'],
  phases: [
    { title: 'Setup', notes: [], steps: [{ text: 'Create a branch for {{Feature}}', notes: [] }] },
    {
      title: 'Implementation',
      notes: [],
      steps: [
        { text: 'Write the code', notes: [] },
        { text: 'Tests pass', verify: 'npm test', notes: [] },
      ],
    },
    { title: 'Completion', notes: [], steps: [{ text: 'Update the documentation', notes: [] }] },
  ],
};

/**
 * Writes a template for the person to edit, whole or not at all, and never over one that is there.
 * @throws HooksError `template-name` (kind usage), `template-exists` (kind conflict), `template-not-written`.
 */
export async function createTemplate(
  place: TemplatePlace,
  wanted: { name: string; from: string | undefined; user: boolean },
): Promise<{ slug: string; file: string }> {
  const title = cleanName(wanted.name);
  const slug = slugOf(title, '');
  if (slug === '')
    throw new HooksError({
      code: 'template-name',
      kind: 'usage',
      message: 'The name of a template needs a letter or digit that can stand in a file name.',
      hint: 'Give it another name.',
    });
  const source =
    wanted.from === undefined ? EXAMPLE : (await findTemplate(place, wanted.from)).parsed.template;
  const { root } = place.repository;
  const folder = wanted.user ? path.join(place.user.config, 'templates') : documentPaths(root).templates;
  const outside = wanted.user ? undefined : openDocumentFolder(root, folder);
  if (outside !== undefined)
    throw new HooksError({
      code: 'template-not-written',
      kind: 'failed',
      message: `No template was written: ${visible(outside)}.`,
      hint: 'Make it a folder of the repository, or write it among your own: --user',
    });
  if (wanted.user) ensureDirectory(folder);
  const file = path.join(folder, `${slug}.md`);
  if (!createFileExclusive(file, renderTemplate({ ...source, title }), 0o644))
    throw new HooksError({
      code: 'template-exists',
      kind: 'conflict',
      message: 'There is a template of that name already; it was left as it is.',
      hint: 'Edit it, or give the new one another name.',
      file,
    });
  return { slug, file };
}
