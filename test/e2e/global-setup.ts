import { ensureBuilt, packedTarball, removeTarball } from '../support/pack.ts';

/** Builds and packs once, before any test file. @returns what to do at the end. */
export function setup(): () => void {
  ensureBuilt();
  packedTarball();
  return removeTarball;
}
