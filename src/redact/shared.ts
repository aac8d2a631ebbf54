/**
 * What one process knows of secrets, kept once for all its bundles: a file that a hook loads lazily has its own copy of every
 * module, and what one copy was told the others have to hide as well.
 */
export function sharedInProcess<T>(name: string, make: () => T): T {
  const key = Symbol.for(`claude-hooks.redact.${name}`);
  const holder = globalThis as { [key: symbol]: T | undefined };
  holder[key] ??= make();
  return holder[key];
}
