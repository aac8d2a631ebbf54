export interface Rule {
  /** Appears in the result: `[redacted:<name>]`. */
  name: string;
  /** The pattern is tried only where the text holds one of these, so that ordinary text costs next to nothing. */
  triggers: readonly string[];
  /** Global pattern. Its group 1, where it has one, is the secret; else the whole match is. */
  pattern: RegExp;
  /** What the secret must also pass. */
  accept?: (secret: string) => boolean;
}
