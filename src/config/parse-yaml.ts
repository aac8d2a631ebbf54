import { defaultLoadersSync } from 'cosmiconfig';
import { isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../errors.ts';
import { isObject, type Json } from './merge.ts';
import { type Locate, notAnObject, type Parsed } from './parsed.ts';
import type { Position } from './types.ts';

/** The value comes from cosmiconfig's loader, the positions of keys and errors from the `yaml` package. */
export function parseYaml(text: string, file: string): Parsed {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const position = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const locate: Locate = (path, what) => {
    const parent = path.length === 0 ? document.contents : document.getIn(path.slice(0, -1), true);
    const last = path.at(-1);
    if (what === 'key' && isNode(parent) && 'items' in parent) {
      for (const item of parent.items) {
        if (isPair(item) && isScalar(item.key) && item.key.value === last && item.key.range) {
          return position(item.key.range[0]);
        }
      }
    }
    const node = path.length === 0 ? document.contents : document.getIn(path, true);
    return isNode(node) && node.range ? position(node.range[0]) : undefined;
  };
  const fail = (message: string, offset: number): Parsed => ({
    value: undefined,
    locate,
    problems: [
      {
        level: 'error',
        code: 'syntax',
        message: `this is not valid YAML: ${message}`,
        file,
        ...position(offset),
      },
    ],
  });
  const broken = document.errors[0];
  if (broken !== undefined) return fail(broken.message.split('\n')[0] ?? 'unreadable', broken.pos[0]);
  let loaded: unknown;
  try {
    loaded = defaultLoadersSync['.yaml'](file, text);
  } catch (error) {
    const { mark, reason } = error as { mark?: { position?: number }; reason?: string };
    return fail(reason ?? 'it cannot be read', mark?.position ?? 0);
  }
  if (loaded === null || loaded === undefined) return { value: {}, locate, problems: [] };
  const plain = plainJson(loaded);
  if ('why' in plain) return fail(plain.why, 0);
  const value = plain.json;
  if (!isObject(value)) {
    return { value: undefined, locate, problems: [notAnObject(file, { line: 1, column: 1 })] };
  }
  return { value, locate, problems: [] };
}

const MAX_VALUES = 20_000;

/**
 * YAML can hold more than JSON can: aliases that multiply or contain themselves, dates, bytes, NaN.
 * @returns a copy that holds only JSON, or why there is none.
 */
function plainJson(loaded: unknown): { json: Json } | { why: string } {
  let count = 0;
  const open = new Set<object>();
  const copy = (value: unknown): Json => {
    count += 1;
    if (count > MAX_VALUES) throw new RangeError('it holds too many values, or aliases that multiply');
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (value instanceof Date) return value.toISOString();
    if (typeof value !== 'object' || ArrayBuffer.isView(value)) {
      throw new RangeError('it holds a value that JSON does not have');
    }
    if (open.has(value)) throw new RangeError('an alias contains itself');
    open.add(value);
    const result: Json = Array.isArray(value)
      ? value.map(copy)
      : Object.fromEntries(
          Object.entries(value).map(([key, item]) => {
            if (key === '__proto__') throw new RangeError('the key __proto__ is not allowed');
            return [key, copy(item)];
          }),
        );
    open.delete(value);
    return result;
  };
  try {
    return { json: copy(loaded) };
  } catch (error) {
    if (error instanceof RangeError) return { why: messageOf(error) };
    throw error;
  }
}
