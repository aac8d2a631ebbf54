import * as path from 'node:path';
import { readDocument } from '../../context/file.ts';
import { listDirectory } from '../../platform/fs.ts';
import { linkOutside } from '../../store/documents.ts';
import { slugOf } from '../../store/names.ts';
import { documentPaths } from '../../store/paths.ts';
import { type ActPlace, type ActResult, shown } from './act.ts';

const HOLDER = /\{\{[ \t]*([A-Za-z][A-Za-z0-9 _-]{0,39})[ \t]*\}\}/g;
const FOLDER = '.claude/templates';

interface Variable {
  key: string;
  value: string;
}

/** Gives the turn a template of `.claude/templates/`, with the variables of the prompt filled in. */
export function startFromTemplate(
  at: ActPlace,
  { name, variables }: { name: string; variables: readonly Variable[] },
): Promise<ActResult> {
  const { place, nonce, budget } = at;
  const one = shown(name, nonce);
  const { root } = place.repository;
  const file = findTemplate(root, name);
  const found = file === undefined ? undefined : readDocument(root, file, budget * 4);
  if (file === undefined || found?.kind !== 'text') {
    const why = found?.kind === 'note' ? found.note : `is not known: there is no such file in ${FOLDER}/*.md`;
    return Promise.resolve({
      done: false,
      said: `the template ${one} ${why}`,
      told: `Start session from template ${one}: it ${why}.`,
    });
  }
  const filled = fillIn(found.text, variables);
  const { open, unused } = filled;
  const remarks = [
    ...(open.length === 0 ? [] : [`without a value: ${open.join(', ')}`]),
    ...(unused.length === 0
      ? []
      : [`not in the template: ${unused.map((key) => shown(key, nonce)).join(', ')}`]),
  ];
  const remark = remarks.length === 0 ? '' : ` (${remarks.join('; ')})`;
  // Words of the template do not stand outside the fence.
  const ask = open.length === 0 ? '' : ' Some {{...}} in it have no value: ask the person for them.';
  return Promise.resolve({
    done: true,
    said: `the template ${one} is in the conversation${remark}`,
    told: `Start session from template ${one}: the person asks you to follow the template below step by step, and to tick off what is done.${ask}`,
    quotes: [{ source: 'template', file, text: filled.text, command: `cat ${file}`, unread: found.unread }],
  });
}

/** A file of that name, or of one that has the same letters and digits. */
function findTemplate(root: string, name: string): string | undefined {
  const { templates } = documentPaths(root);
  if (linkOutside(root, templates) !== undefined) return undefined;
  const files = listDirectory(templates).filter((file) => file.endsWith('.md'));
  const exact = files.find((file) => file === `${name}.md`);
  const slug = slugOf(name, '');
  const found = exact ?? files.find((file) => slug !== '' && slugOf(path.basename(file, '.md'), '') === slug);
  return found === undefined ? undefined : `${FOLDER}/${found}`;
}

/** Puts values in the place of `{{Key}}`; upper and lower case, blanks, `-` and `_` in keys are the same. */
export function fillIn(
  text: string,
  variables: readonly Variable[],
): { text: string; open: string[]; unused: string[] } {
  const values = new Map(variables.map(({ key, value }) => [normal(key), value]));
  const used = new Set<string>();
  const open = new Set<string>();
  const filled = text.replace(HOLDER, (holder, key: string) => {
    const value = values.get(normal(key));
    if (value === undefined) open.add(key.trim());
    else used.add(normal(key));
    return value ?? holder;
  });
  const unused = variables.filter(({ key }) => !used.has(normal(key))).map(({ key }) => key);
  return { text: filled, open: [...open].slice(0, 10), unused: unused.slice(0, 10) };
}

function normal(key: string): string {
  return key
    .trim()
    .toLowerCase()
    .replace(/[ _-]+/g, ' ');
}
