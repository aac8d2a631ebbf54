/** A JSON value as it comes out of a configuration file. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{"$append": [...]}`: adds to the array of the layers below instead of replacing it. */
export function appended(value: Json): Json[] | undefined {
  if (!isObject(value)) return undefined;
  const list = value.$append;
  return Object.keys(value).length === 1 && Array.isArray(list) ? list : undefined;
}

/** Whether an array at this dotted path may only grow, whatever form the layer writes it in. */
export type AddOnly = (path: string) => boolean;

/** Told of each leaf that `over` sets (`added`: it only added to the array there) or removes. */
export type OnChange = (path: string[], change: 'set' | 'added' | 'removed') => void;

/**
 * `over` on top of `base`, neither changed: objects merge key by key, anything else replaces, `$append`
 * appends, `null` removes (what stands below is gone, so the default counts). Merging with `{}` changes nothing.
 */
export function mergeLayer(
  base: JsonObject,
  over: JsonObject,
  options: { addOnly?: AddOnly; onChange?: OnChange } = {},
  at: string[] = [],
): JsonObject {
  const result = new Map<string, Json>(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const path = [...at, key];
    const old = result.get(key);
    if (value === null) {
      result.delete(key);
      options.onChange?.(path, 'removed');
      continue;
    }
    const more =
      appended(value) ?? (Array.isArray(value) && options.addOnly?.(path.join('.')) ? value : undefined);
    if (more !== undefined) {
      result.set(key, Array.isArray(old) ? union(old, more) : more);
      options.onChange?.(path, Array.isArray(old) && old.length > 0 ? 'added' : 'set');
    } else if (isObject(value)) {
      if (!isObject(old)) options.onChange?.(path, 'removed');
      result.set(key, mergeLayer(isObject(old) ? old : {}, value, options, path));
    } else {
      result.set(key, value);
      options.onChange?.(path, 'set');
    }
  }
  return Object.fromEntries(result);
}

/** `base` and then what of `more` it does not hold yet, so that appending twice adds once. */
function union(base: Json[], more: Json[]): Json[] {
  const seen = new Set(base.map((item) => JSON.stringify(item)));
  return [...base, ...more.filter((item) => !seen.has(JSON.stringify(item)))];
}
