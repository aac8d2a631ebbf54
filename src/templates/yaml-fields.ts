import { isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../errors.ts';

interface YamlFields {
  /** Maps stay maps: no key of theirs can be one of an object. */
  value: Map<string, unknown>;
  /** The line of the whole text; the front matter begins in its second. */
  lineOf(path: readonly (string | number)[]): number;
  problem: { message: string; line: number } | undefined;
}

/** The keys of a YAML map. Aliases are refused: they can multiply. Never throws. */
export function parseYamlFields(text: string): YamlFields {
  const counter = new LineCounter();
  const nothing = new Map<string, unknown>();
  const fail = (message: string, line: number): YamlFields => ({
    value: nothing,
    lineOf: () => 1,
    problem: { message: `the front matter is no YAML: ${message}`, line },
  });
  try {
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, schema: 'core' });
    const [broken] = document.errors;
    if (broken !== undefined)
      return fail(broken.message.split('\n')[0] ?? 'unreadable', counter.linePos(broken.pos[0]).line + 1);
    const lineOf = (path: readonly (string | number)[]): number => {
      const node = document.getIn(path, true);
      return isNode(node) && node.range ? counter.linePos(node.range[0]).line + 1 : 1;
    };
    if (document.contents === null) return { value: nothing, lineOf, problem: undefined };
    if (!isMap(document.contents)) return fail('it has to be a list of "key: value" lines', 2);
    const value = document.toJS({ mapAsMap: true, maxAliasCount: 0 }) as Map<unknown, unknown>;
    return {
      value: new Map([...value].map(([key, field]) => [String(key), field])),
      lineOf,
      problem: undefined,
    };
  } catch (error) {
    return fail(messageOf(error), 1);
  }
}
