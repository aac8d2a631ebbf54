import type { Span } from './marker.ts';
import { isCommonWord, judgeValue } from './values.ts';

/** Words that name a secret. `tokens` (a count), `tokenizer`, `secretary` and the like are other words. */
const KEYWORD =
  /pass(?:word|wd|phrase|code)|pwd|(?:api|private|access|signing|encryption|master|service|account|storage|shared|license|deploy|secret|auth)[_-]?key|secret(?!s|ar)|token(?!s|i)|credential/gi;
/** The rest of the name, closing quote and bracket, separator, space and opening quote before the value. */
const TAIL = /([\w-]{0,40})\\{0,3}["'`]?\]?([ \t]{0,8})(:=|=>|==?|:|>|[ \t])[ \t]{0,8}(\\{0,3}["'`]|)/y;
/** Last words of a name whose value is about a secret rather than one: `token_path`, `passwordHint`. */
const ABOUT = new Set(
  's path paths file dir name type id ids url uri field count len length size limit budget ttl expiry expires expiration regex pattern policy prompt manager store provider source helper ref label hint error enabled required reset min max version header param params hash age usage format env var host hosts at in stdin strength rotation'.split(
    ' ',
  ),
);
const BARE = /[^\s,;'"`&|<>(){}[\]\\]*/y;
const LONGEST_BARE = 512;
const LONGEST_QUOTED = 4096;
const LONGEST_NAME = 64;
/** A rejected value longer than this is words or a path: the search goes on behind it, not inside. */
const SKIPPED_FROM = 32;

/** Values beside `password`, `secret`, `token`, `api_key` ... in env, JSON, YAML, code and command lines. */
export function findAssignments(text: string): Span[] {
  const spans: Span[] = [];
  const bareEnd = bareEnds(text);
  KEYWORD.lastIndex = 0;
  for (let match = KEYWORD.exec(text); match !== null; match = KEYWORD.exec(text)) {
    const resume = KEYWORD.lastIndex;
    const found = valueAfter(text, match.index, match[0], bareEnd);
    KEYWORD.lastIndex = found?.resume ?? resume;
    if (found?.span !== undefined) spans.push(found.span);
  }
  return spans;
}

function valueAfter(
  text: string,
  start: number,
  keyword: string,
  bareEnd: (from: number) => number,
): { span?: Span; resume: number } | undefined {
  TAIL.lastIndex = start + keyword.length;
  const tail = TAIL.exec(text);
  if (tail === null) return undefined;
  const from = TAIL.lastIndex;
  const [, rest = '', gap = '', separator = '', quote = ''] = tail;
  if (isAbout(rest)) return undefined;
  const nameStart = startOfName(text, start);
  const option =
    text[nameStart] === '-' && /^[\s"'`]?$/.test(text.slice(Math.max(0, nameStart - 1), nameStart));
  if (separator === '>' ? text[nameStart - 1] !== '<' : !/[:=]/.test(separator) && !option) return undefined;
  const end = quote === '' ? bareEnd(from) : quotedEnd(text, from, quote);
  const value = text.slice(from, end);
  if (isCommonWord(value) || (!/[:=>]/.test(separator) && value.startsWith('-'))) return undefined;
  const password = /^(?:pass|pwd)/i.test(keyword);
  const environment =
    separator === '=' &&
    gap === '' &&
    /[=\\"'`]/.test(text[from - 1] ?? '') &&
    /^[A-Z0-9_]+$/.test(text.slice(nameStart, start) + keyword + rest);
  const typed = option && password && (/[:=]/.test(separator) || /[^a-z]/.test(value));
  const judged = judgeValue(value, { password, quoted: quote !== '', certain: environment || typed });
  if (judged) return { span: { start: from, end, rule: password ? 'password' : 'secret' }, resume: end };
  return value.length > SKIPPED_FROM ? { resume: end } : undefined;
}

function startOfName(text: string, end: number): number {
  let start = end;
  while (start > 0 && end - start < LONGEST_NAME && /[\w-]/.test(text[start - 1] as string)) start -= 1;
  return start;
}

function isAbout(rest: string): boolean {
  if (rest === '') return false;
  if (/^[a-z]/.test(rest)) return true;
  const last =
    rest
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split(/[_-]/)
      .at(-1) ?? '';
  return ABOUT.has(last);
}

/** Where the unquoted value at a place ends; each run of such characters is measured once. */
function bareEnds(text: string): (from: number) => number {
  let known = 0;
  return (from) => {
    if (from >= known) {
      BARE.lastIndex = from;
      BARE.exec(text);
      known = Math.max(from, BARE.lastIndex);
    }
    return Math.min(known, from + LONGEST_BARE);
  };
}

/** The end of a quoted value: its closing quote, else the end of the line. */
function quotedEnd(text: string, from: number, quote: string): number {
  const window = text.slice(from, from + LONGEST_QUOTED);
  let close = window.indexOf(quote);
  if (quote.length === 1)
    while (close > 0 && window[close - 1] === '\\') close = window.indexOf(quote, close + 1);
  const line = window.indexOf('\n');
  const ends = [close, line].filter((end) => end !== -1);
  return from + (ends.length === 0 ? window.length : Math.min(...ends));
}
