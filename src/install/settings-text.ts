import * as path from 'node:path';
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { HooksError, messageOf } from '../errors.ts';

/** A settings file that is JSON: its text without byte order mark, and where everything stands in it. */
export interface SettingsText {
  file: string;
  /** The byte order mark, or nothing. */
  bom: string;
  text: string;
  /** Undefined where the file is empty or only white space. */
  root: Node | undefined;
}

const DROPPED =
  'Claude Code drops the whole file silently: none of its hooks, permissions and settings count';

/** The refusal of a settings file, with the place and what the client makes of it. Nothing is written. */
export function refuse(
  settings: { file: string; text: string },
  offset: number | undefined,
  code: string,
  what: string,
  options: { clientDrops: boolean; hint?: string },
): HooksError {
  const place = offset === undefined ? undefined : positionOf(settings.text, offset);
  return new HooksError({
    code: `settings-${code}`,
    kind: 'conflict',
    message: `${path.basename(settings.file)}: ${what}. ${
      options.clientDrops ? DROPPED : 'Claude Code reads the file, but it cannot be edited without risk'
    }. It was left as it is.`,
    hint: options.hint ?? 'Correct that place, then run the same command again.',
    file: settings.file,
    line: place?.line,
    column: place?.column,
  });
}

/** Line and column from 1; the column counts UTF-16 units, as editors do. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/**
 * Reads a settings file as strict JSON, as the client does.
 * @throws HooksError (conflict) with line and column where it is not UTF-8 or not JSON.
 */
export function parseSettings(file: string, bytes: Buffer): SettingsText {
  const whole = decode(file, bytes);
  const bom = whole.startsWith('\uFEFF') ? '\uFEFF' : '';
  const text = whole.slice(bom.length);
  if (/^[ \t\r\n]*$/.test(text)) return { file, bom, text, root: undefined };
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    JSON.parse(text);
  } catch (error) {
    throw syntaxError({ file, text }, errors, error);
  }
  if (errors.length > 0 || root === undefined) throw syntaxError({ file, text }, errors, undefined);
  return { file, bom, text, root };
}

function decode(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const loose = bytes.toString('utf8');
    throw refuse({ file, text: loose }, loose.indexOf('\uFFFD'), 'not-utf8', 'bytes that are not UTF-8', {
      clientDrops: false,
      hint: 'Save the file as UTF-8, then run the same command again.',
    });
  }
}

function syntaxError(
  settings: { file: string; text: string },
  errors: ParseError[],
  thrown: unknown,
): HooksError {
  const [first] = errors;
  const at = first?.offset ?? Number(/position (\d+)/.exec(messageOf(thrown))?.[1] ?? 0);
  const known = first === undefined ? undefined : describe(settings.text, first);
  return refuse(settings, known?.offset ?? at, known?.code ?? 'invalid-json', known?.what ?? 'invalid JSON', {
    clientDrops: true,
  });
}

function describe(text: string, error: ParseError): { code: string; what: string; offset: number } {
  const invalid = { code: 'invalid-json', what: 'invalid JSON', offset: error.offset };
  if (printParseErrorCode(error.error) === 'InvalidCommentToken')
    return { code: 'comment', what: 'a comment, which JSON does not have', offset: error.offset };
  const before = text.slice(0, error.offset).trimEnd();
  const closes = /^[}\]]/.test(text.slice(error.offset));
  if (before.endsWith(',') && closes)
    return { code: 'trailing-comma', what: 'a comma after the last member', offset: before.length - 1 };
  return invalid;
}

export function encodeSettings(settings: SettingsText, text: string): Buffer {
  return Buffer.from(settings.bom + text, 'utf8');
}
