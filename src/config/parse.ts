import { defaultLoadersSync } from 'cosmiconfig';
import { isObject } from './merge.ts';
import { parseJsonc } from './parse-json.ts';
import { parseYaml } from './parse-yaml.ts';
import { type Locate, notAnObject, type Parsed } from './parsed.ts';
import { CONFIG_NAME } from './places.ts';

/** Reads JSON with comments and trailing commas, or YAML, from a text. Runs nothing and opens no file. */
export function parseConfig(text: string, file: string, format: 'json' | 'yaml' | 'either'): Parsed {
  if (text.trim() === '') return { value: {}, locate: () => undefined, problems: [] };
  if (format === 'json') return parseJsonc(text, file);
  if (format === 'yaml') return parseYaml(text, file);
  const json = parseJsonc(text, file);
  // A text that starts with a brace was meant as JSON: its errors are the ones to show.
  if (json.value !== undefined || /^\s*(?:[{[]|\/[/*])/.test(text)) return json;
  return parseYaml(text, file);
}

/** The key `claude-session` of a package.json; `absent` where it has none. */
export function parsePackageKey(text: string, file: string): Parsed | 'absent' {
  let document: unknown;
  try {
    document = defaultLoadersSync['.json'](file, text);
  } catch {
    // A package.json that is broken is npm's to report; it only matters here if it names us.
    if (!text.includes(`"${CONFIG_NAME}"`)) return 'absent';
    return parseJsonc(text, file);
  }
  if (!isObject(document) || !Object.hasOwn(document, CONFIG_NAME)) return 'absent';
  const whole = parseJsonc(text, file, { duplicates: false });
  const value = document[CONFIG_NAME];
  const locate: Locate = (path, what) => whole.locate([CONFIG_NAME, ...path], what);
  if (isObject(value)) return { value, locate, problems: whole.problems };
  return { value: undefined, locate, problems: [notAnObject(file, locate([], 'value'), CONFIG_NAME)] };
}
