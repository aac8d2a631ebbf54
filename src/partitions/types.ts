/** A part of the project, as the configuration names it. */
export interface Partition {
  name: string;
  /** From the top of the working tree; of those that match a file the last decides, and `!` takes it out. */
  globs: readonly string[];
  context?: string | undefined;
  description?: string | undefined;
  owner?: string | undefined;
  outside: 'allow' | 'note' | 'block';
}

/** A glob that cannot be used; it matches nothing. */
export interface RefusedGlob {
  partition: string;
  glob: string;
  /** A clause: "it repeats ...". */
  reason: string;
}
