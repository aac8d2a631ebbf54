import * as path from 'node:path';
import { readDocument } from '../context/file.ts';
import { HooksError } from '../errors.ts';
import { chooseNamed, type Wording } from '../store/choose.ts';
import { linkOutside } from '../store/documents.ts';
import { slugOf } from '../store/names.ts';
import { documentPaths } from '../store/paths.ts';
import { lintTemplate } from '../templates/lint.ts';
import { parseTemplate } from '../templates/parse.ts';
import { listTemplateFiles, type TemplateFile, type TemplateFolder } from '../templates/places.ts';
import type { ParsedTemplate, TemplateProblem } from '../templates/types.ts';
import type { Workplace } from './workplace.ts';

export type TemplatePlace = Pick<Workplace, 'repository' | 'state' | 'user' | 'runtime'>;

/** A longer file is no plan that someone works by. */
const MAX_TEMPLATE_BYTES = 256 * 1024;
const MOST_STEPS = 500;

export interface LoadedTemplate extends TemplateFile {
  /** Its own name, else that of the file. */
  title: string;
  parsed: ParsedTemplate;
  problems: TemplateProblem[];
}

/** A file that cannot be read, and why. */
export interface UnreadTemplate extends TemplateFile {
  reason: string;
}

/** Project before user before built-in. A folder that is a link out of the repository is none. */
export function templateFolders({ repository, user, runtime }: TemplatePlace): TemplateFolder[] {
  const { root } = repository;
  const { templates } = documentPaths(root);
  const own: TemplateFolder[] =
    linkOutside(root, templates) === undefined
      ? [{ origin: 'project', folder: templates, within: root }]
      : [];
  return [
    ...own,
    // What is linked there was linked by the person.
    { origin: 'user', folder: path.join(user.config, 'templates'), within: path.parse(user.config).root },
    {
      origin: 'built-in',
      folder: path.join(runtime, 'presets', 'templates'),
      within: path.parse(runtime).root,
    },
  ];
}

/** All templates that can be read, and those that cannot. */
export async function readTemplates(
  place: TemplatePlace,
): Promise<{ templates: LoadedTemplate[]; unread: UnreadTemplate[] }> {
  const read = await Promise.all(listTemplateFiles(templateFolders(place)).map(readTemplateFile));
  return {
    templates: read.flatMap((one) => ('parsed' in one ? [one] : [])),
    unread: read.flatMap((one) => ('reason' in one ? [one] : [])),
  };
}

export async function readTemplateFile(file: TemplateFile): Promise<LoadedTemplate | UnreadTemplate> {
  const found = readDocument(file.within, file.file, MAX_TEMPLATE_BYTES);
  if (found.kind === 'missing') return { ...file, reason: 'is no file' };
  if (found.kind === 'note') return { ...file, reason: found.note };
  if (found.unread) return { ...file, reason: `is larger than ${MAX_TEMPLATE_BYTES / 1024} KB` };
  const parsed = await parseTemplate(found.text);
  const steps = parsed.template.phases.reduce((sum, phase) => sum + phase.steps.length, 0);
  if (steps > MOST_STEPS) return { ...file, reason: `has ${steps} steps, more than ${MOST_STEPS}` };
  const title = parsed.template.title === '' ? path.basename(file.file, '.md') : parsed.template.title;
  return { ...file, title, parsed, problems: lintTemplate(parsed) };
}

const WORDING: Wording<{ id: string; name: string; origin: string }> = {
  one: 'template',
  many: 'templates',
  place: 'this project',
  mark: ({ origin }) => origin,
  none: 'Write one: claude-hooks template new NAME',
  all: 'See them all: claude-hooks template list',
};

/**
 * The template a person means: by its slug, else by its title, else by a beginning that only one has.
 * @throws HooksError `template-unknown` or `template-ambiguous` (kind usage), naming near ones, and `template-unreadable`.
 */
export async function findTemplate(place: TemplatePlace, wanted: string): Promise<LoadedTemplate> {
  const files = listTemplateFiles(templateFolders(place));
  const slug = slugOf(wanted.replace(/\.md$/, ''), '');
  const exact = files.find((one) => !one.shadowed && one.slug === slug);
  const loaded = exact === undefined ? await byTitle(place, wanted) : await readTemplateFile(exact);
  if ('parsed' in loaded) return loaded;
  throw new HooksError({
    code: 'template-unreadable',
    kind: 'failed',
    message: `The template ${loaded.slug} ${loaded.reason}.`,
    hint: 'Mend the file, or take it out of the folder.',
    file: loaded.file,
  });
}

async function byTitle(place: TemplatePlace, wanted: string): Promise<LoadedTemplate> {
  const { templates } = await readTemplates(place);
  const named = templates
    .filter(({ shadowed }) => !shadowed)
    .map((one) => ({ id: one.slug, name: one.title, origin: one.origin, one }));
  const slug = slugOf(wanted, '');
  const same = named.find(({ name }) => slug !== '' && slugOf(name, '') === slug);
  return (same ?? chooseNamed<(typeof named)[number]>(named, wanted, WORDING)).one;
}
