import { type JsonObject, mergeLayer } from './merge.ts';
import type { Piece } from './pieces.ts';
import { isAddOnly } from './safety.ts';
import { LAYERS, type LayerName } from './types.ts';
import { locateNearest } from './validate.ts';

/** Where one value of the configuration was said. An array that was appended to has several. */
export interface Origin {
  layer: LayerName;
  /** For people: a path, a variable, `preset team`. */
  label: string;
  /** Absolute path, or the name of a variable. */
  file: string;
  line?: number;
  column?: number;
}

export type Origins = Map<string, Origin[]>;

/** Pieces in the order in which they count: by layer, and within a layer as they were collected. */
function inOrder(pieces: readonly Piece[]): Piece[] {
  return LAYERS.flatMap((layer) => pieces.filter((piece) => piece.layer === layer));
}

/** All pieces on top of `base`, and where each value that is not from `base` comes from, by dotted key. */
export function combine(base: JsonObject, pieces: readonly Piece[]): { value: JsonObject; origins: Origins } {
  const origins: Origins = new Map();
  let value = base;
  for (const piece of inOrder(pieces)) {
    value = mergeLayer(value, piece.parsed.value ?? {}, {
      addOnly: (path) => piece.repositoryOwned && isAddOnly(path),
      onChange: (path, change) => {
        const key = path.join('.');
        const before = origins.get(key) ?? [];
        for (const known of origins.keys()) {
          if (known === key || known.startsWith(`${key}.`)) origins.delete(known);
        }
        if (change === 'removed') return;
        const { layer, label, file } = piece;
        const origin: Origin = { layer, label, file, ...locateNearest(piece.parsed, path, 'key') };
        origins.set(key, change === 'added' ? [...before, origin] : [origin]);
      },
    });
  }
  return { value, origins };
}
