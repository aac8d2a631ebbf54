import * as path from 'node:path';
import { readHead, realPath, statIfExists } from '../platform/fs.ts';
import type { Finding } from './finding.ts';

const READ_LIMIT = 256 * 1024;
const MOST_NAMES = 20;
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*/;

/**
 * The assignments of an env file, as dotenv reads them: comments and `export` are passed over, a quoted value
 * may span lines, in an unquoted one ` #` begins a comment. The last assignment of a name counts.
 */
export function parseEnvFile(text: string): Map<string, string> {
  const values = new Map<string, string>();
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n?|\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const match = ASSIGNMENT.exec(line);
    if (match?.[1] === undefined) continue;
    const rest = line.slice(match[0].length);
    const quote = /^["'`]/.exec(rest)?.[0];
    if (quote === undefined) {
      values.set(match[1], rest.replace(/(?:^|\s)#.*$/, '').trim());
      continue;
    }
    const end = closingLine(lines, index, rest, quote);
    const value = end === index ? rest : [rest, ...lines.slice(index + 1, end + 1)].join('\n');
    values.set(match[1], value.slice(1, closingQuote(value, quote)));
    index = end;
  }
  return values;
}

/** The line on which the quote closes; the opening line itself where it never does. */
function closingLine(lines: readonly string[], from: number, rest: string, quote: string): number {
  if (closingQuote(rest, quote) < rest.length) return from;
  for (let index = from + 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (closingQuote(`${quote}${line}`, quote) <= line.length) return index;
  }
  return from;
}

/** Index of the quote that closes the one at 0, a backslash protects; the text's length where none does. */
function closingQuote(text: string, quote: string): number {
  for (let index = 1; index < text.length; index += 1) {
    if (text[index] === '\\' && quote === '"') index += 1;
    else if (text[index] === quote) return index;
  }
  return text.length;
}

/** The env file's values; empty where there is none, or where it lies outside the working tree. */
export function readEnvFile(root: string, file: string): Map<string, string> | undefined {
  const absolute = path.resolve(root, file);
  try {
    const inside = path.relative(realPath(root), realPath(absolute));
    if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside)) return undefined;
    if (statIfExists(absolute)?.isFile() !== true) return undefined;
    const text = readHead(absolute, READ_LIMIT);
    return text === undefined ? undefined : parseEnvFile(text);
  } catch {
    return undefined;
  }
}

/** Compares the names in the env file with those in its example. Values are never looked at nor shown. */
export function checkEnvFile(root: string, file: string, example: string): Finding {
  const wanted = readEnvFile(root, example);
  const finding = (level: Finding['level'], text: string): Finding => ({ check: 'env', level, text });
  if (wanted === undefined || wanted.size === 0) return finding('ok', `no ${example} to compare with`);
  const present = readEnvFile(root, file);
  const missing = [...wanted.keys()].filter((name) => present?.has(name) !== true);
  if (missing.length === 0) return finding('ok', `${file} has every name of ${example}`);
  const names = `${missing.slice(0, MOST_NAMES).join(', ')}${missing.length > MOST_NAMES ? ` and ${missing.length - MOST_NAMES} more` : ''}`;
  return present === undefined
    ? finding('warn', `there is no readable ${file}; ${example} names ${names}`)
    : finding('warn', `${file} lacks ${names}, named in ${example}`);
}
