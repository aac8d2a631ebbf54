import * as z from 'zod';
import { isObject, type Json, type JsonObject } from './merge.ts';
import { configSchema } from './schema.ts';

let document: JsonObject | undefined;

/** The schema of what people write, as JSON Schema draft 7. */
export function schemaDocument(): JsonObject {
  document ??= z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' }) as unknown as JsonObject;
  return document;
}

/** The part of the schema that describes the key at `path` (numbers are places in arrays). */
export function schemaAt(path: readonly (string | number)[]): JsonObject | undefined {
  let node: Json | undefined = schemaDocument();
  for (const part of path) {
    if (!isObject(node)) return undefined;
    const next: Json | undefined = typeof part === 'number' ? node.items : node.properties;
    node =
      typeof part === 'number' ? next : isObject(next) && Object.hasOwn(next, part) ? next[part] : undefined;
  }
  return isObject(node) ? node : undefined;
}

export function childKeys(path: readonly (string | number)[]): string[] {
  const properties = schemaAt(path)?.properties;
  return isObject(properties) ? Object.keys(properties) : [];
}

/** One key of the configuration that holds a value, not other keys. */
export interface Leaf {
  path: string[];
  schema: JsonObject;
}

/** All keys that hold values, in the order of the schema; what lies inside arrays is not listed. */
export function leaves(path: string[] = []): Leaf[] {
  const keys = childKeys(path);
  const schema = schemaAt(path);
  if (keys.length === 0) return schema === undefined ? [] : [{ path, schema }];
  return keys.flatMap((key) => leaves([...path, key]));
}
