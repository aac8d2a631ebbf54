import { isVariableName, sameName } from './placeholders.ts';
import type { Template, TemplateProblem, TemplateVariable } from './types.ts';

/** More is no head of a document that a person wrote. */
const LONGEST = 64 * 1024;
const MOST_VARIABLES = 50;
const KEYS = ['name', 'description', 'variables', 'partition', 'preset'] as const;
const VARIABLE_KEYS = ['name', 'description', 'default', 'required'];

/**
 * Cuts the front matter off: what stands between a first line `---` and the next line `---`.
 * @returns where the body begins (a 0-based line), and the text; undefined where there is none or it has no end.
 */
export function splitFrontMatter(lines: readonly string[]): { yaml: string | undefined; body: number } {
  if (lines[0]?.trimEnd() !== '---') return { yaml: undefined, body: 0 };
  const end = lines.findIndex((line, at) => at > 0 && line.trimEnd() === '---');
  return end === -1 ? { yaml: undefined, body: 0 } : { yaml: lines.slice(1, end).join('\n'), body: end + 1 };
}

export interface FrontMatter {
  fields: Pick<Template, 'description' | 'variables' | 'partition' | 'preset'> & { name?: string };
  problems: TemplateProblem[];
  variables: Map<string, number>;
  keys: Map<string, number>;
}

/** Reads the front matter. Never throws; unknown keys and wrong types are problems. Lines are those of the whole text. */
export async function readFrontMatter(yaml: string): Promise<FrontMatter> {
  const read: FrontMatter = {
    fields: { variables: [] },
    problems: [],
    variables: new Map(),
    keys: new Map(),
  };
  const say = (level: TemplateProblem['level'], code: string, message: string, line: number): void =>
    void read.problems.push({ level, code, message, line });
  if (yaml.length > LONGEST) {
    say('error', 'front-matter-invalid', `the front matter is longer than ${LONGEST / 1024} KB`, 1);
    return read;
  }
  // Most of what a hook compiles would be YAML's.
  const { parseYamlFields } = await import('./yaml-fields.ts');
  const { value, lineOf, problem } = parseYamlFields(yaml);
  if (problem !== undefined) {
    say('error', 'front-matter-invalid', problem.message, problem.line);
    return read;
  }
  for (const [key, field] of value) {
    const line = lineOf([key]);
    read.keys.set(key, line);
    if (!isKey(key))
      say('warning', 'unknown-key', `"${key}" is not known; there are: ${KEYS.join(', ')}`, line);
    else if (key === 'variables') readVariables(field, (path) => lineOf([key, ...path]), read, say);
    else if (typeof field === 'string' && oneLine(field) !== '') read.fields[key] = oneLine(field);
    else say('error', 'wrong-type', `"${key}" has to be a text`, line);
  }
  return read;
}

function isKey(key: string): key is (typeof KEYS)[number] {
  return (KEYS as readonly string[]).includes(key);
}

type Say = (level: TemplateProblem['level'], code: string, message: string, line: number) => void;

/** A list of names or of maps with a name, or a map from names to defaults or maps. */
function readVariables(
  field: unknown,
  lineOf: (path: (string | number)[]) => number,
  read: FrontMatter,
  say: Say,
): void {
  const listed = Array.isArray(field);
  const entries: [string | number, unknown][] = listed
    ? [...field.entries()]
    : field instanceof Map
      ? [...field].map(([key, value]) => [String(key), value])
      : [];
  if (!listed && !(field instanceof Map))
    say('error', 'wrong-type', '"variables" has to be a list, each with a name', lineOf([]));
  if (entries.length > MOST_VARIABLES)
    say('error', 'too-many-variables', `there are more than ${MOST_VARIABLES} variables`, lineOf([]));
  for (const [at, value] of entries.slice(0, MOST_VARIABLES)) {
    const line = lineOf([at]);
    const fields = fieldsOf(at, value);
    const name = typeof fields.get('name') === 'string' ? String(fields.get('name')).trim() : '';
    for (const key of fields.keys())
      if (!VARIABLE_KEYS.includes(key))
        say('warning', 'unknown-key', `"${key}" is not known; there are: ${VARIABLE_KEYS.join(', ')}`, line);
    if (!isVariableName(name))
      say(
        'error',
        'variable-name',
        'a variable has a name of 1 to 40 letters, digits, blanks, _ or -, a letter first',
        line,
      );
    else if (read.variables.has(sameName(name)))
      say('error', 'variable-twice', `the variable "${name}" is there twice`, line);
    else {
      read.variables.set(sameName(name), line);
      read.fields.variables.push(variableOf(name, fields, line, say));
    }
  }
}

function fieldsOf(at: string | number, value: unknown): Map<string, unknown> {
  const fields =
    value instanceof Map
      ? new Map<string, unknown>([...value].map(([key, field]) => [String(key), field]))
      : typeof at === 'number'
        ? new Map([['name', value]])
        : new Map(value === null || value === undefined ? [] : [['default', value]]);
  if (typeof at === 'string') fields.set('name', at);
  return fields;
}

function variableOf(
  name: string,
  fields: ReadonlyMap<string, unknown>,
  line: number,
  say: Say,
): TemplateVariable {
  const text = (key: string): string | undefined => {
    const field = fields.get(key);
    if (field === undefined || field === null) return undefined;
    if (typeof field === 'string' || typeof field === 'number') return oneLine(String(field));
    say('error', 'wrong-type', `"${key}" of the variable "${name}" has to be a text`, line);
    return undefined;
  };
  const required = fields.get('required') ?? false;
  if (typeof required !== 'boolean')
    say('error', 'wrong-type', `"required" of the variable "${name}" has to be true or false`, line);
  const [description, otherwise] = [text('description'), text('default')];
  return {
    name,
    ...(description === undefined || description === '' ? {} : { description }),
    ...(otherwise === undefined ? {} : { default: otherwise }),
    required: required === true,
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
