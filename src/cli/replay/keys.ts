/** What a person wants of a replay. */
export type Key =
  | 'next'
  | 'back'
  | 'error'
  | 'edit'
  | 'prompt'
  | 'search'
  | 'again'
  | 'full'
  | 'play'
  | 'faster'
  | 'slower'
  | 'help'
  | 'quit'
  | 'suspend';

const KEYS: Readonly<Record<string, Key>> = {
  ' ': 'next',
  '\r': 'next',
  '\n': 'next',
  n: 'next',
  '\u001b[B': 'next',
  '\u001b[C': 'next',
  p: 'back',
  b: 'back',
  '\u001b[A': 'back',
  '\u001b[D': 'back',
  e: 'error',
  d: 'edit',
  u: 'prompt',
  '/': 'search',
  r: 'again',
  o: 'full',
  a: 'play',
  '+': 'faster',
  '=': 'faster',
  '-': 'slower',
  h: 'help',
  '?': 'help',
  q: 'quit',
  '\u0003': 'quit',
  '\u0004': 'quit',
  '\u001a': 'suspend',
};

export const KEY_HELP = [
  'space, enter, n  next step          p, b  back',
  'e  next error    d  next edit       u  next prompt',
  '/  search        r  search again    o  all lines of this step',
  'a  play or stop  + -  faster, slower',
  'q  quit',
].join('\n');

/** What a terminal sends, cut into keys: letters, and sequences of special keys whole. */
export function splitKeys(sent: string): string[] {
  return sent.match(/\u001b\[[0-?]*[ -/]*[@-~]|\u001bO.|[\s\S]/gu) ?? [];
}

/** Undefined for keys that mean nothing. */
export function keyOf(sequence: string): Key | undefined {
  // In application mode the arrows are sent as ESC O A.
  const plain = sequence.replace('\u001bO', '\u001b[');
  return Object.hasOwn(KEYS, plain) ? KEYS[plain] : undefined;
}

/** A line of text that is typed: what it is after a key, or that it is done or given up. */
export function typeKey(text: string, sequence: string): { text: string; end?: 'done' | 'cancelled' } {
  if (sequence === '\r' || sequence === '\n') return { text, end: 'done' };
  if (sequence === '\u001b' || sequence === '\u0003' || sequence === '\u0004')
    return { text, end: 'cancelled' };
  if (sequence === '\u007f' || sequence === '\b') return { text: [...text].slice(0, -1).join('') };
  if (sequence === '\u0015') return { text: '' };
  return /^[^\p{Cc}]+$/u.test(sequence) ? { text: text + sequence } : { text };
}
