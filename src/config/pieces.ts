import type { SourceReader } from './fingerprint.ts';
import type { Parsed } from './parsed.ts';
import type { ConfigProblem, LayerName } from './types.ts';

/** One file, variable or set of flags on its way into the configuration. */
export interface Piece {
  layer: LayerName;
  /** For people: a path, a variable, `preset team`. */
  label: string;
  /** Absolute path, or the name of a variable. */
  file: string;
  parsed: Parsed;
  /** Whether bytes of the repository decided it: its own file, or a preset such a file names. */
  repositoryOwned: boolean;
}

export interface Collected {
  pieces: Piece[];
  problems: ConfigProblem[];
}

export interface PlaceInput {
  reader: SourceReader;
  /** The top of the working tree. */
  root: string;
  presetsDirectory: string;
}
