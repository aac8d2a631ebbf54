import * as path from 'node:path';
import { messageOf } from '../errors.ts';
import { appended, isObject, type Json } from './merge.ts';
import type { Parsed } from './parsed.ts';
import type { ConfigProblem, LayerName } from './types.ts';
import { locateNearest } from './validate.ts';

/**
 * What a layer may not say although the schema allows it. A layer the repository owns (its project and local
 * files, presets they name) may never loosen what protects the person whose machine it is.
 */
export interface LayerOwner {
  layer: LayerName;
  repositoryOwned: boolean;
}

const WEBHOOK = /hooks\.slack(?:-gov)?\.com\/|https?:\/\/[^/\s]*\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\//i;
const SECRET_NAME =
  /key|token|secret|pass|pwd|auth|cred|webhook|private|cookie|session|dsn|url|uri|conn|jwt|cert/i;
const NESTED_REPEAT = /\((?:[^()\\]|\\.)*(?:[*+]|\{\d+,\d*\})(?:[^()\\]|\\.)*\)(?:[*+]|\{\d+,)|\\[1-9]/;

/** Arrays that a layer of the repository can only add to, and that it cannot remove. */
const ADD_ONLY = ['redact.patterns', 'postSession.commit.exclude'];

export function isAddOnly(dotted: string): boolean {
  return ADD_ONLY.includes(dotted);
}

type Path = (string | number)[];
type Report = (code: string, path: Path, message: string, hint: string) => void;

export function checkSafety(parsed: Parsed, owner: LayerOwner, file: string): ConfigProblem[] {
  if (parsed.value === undefined) return [];
  const problems: ConfigProblem[] = [];
  const report: Report = (code, at, message, hint) => {
    const place = locateNearest(parsed, at, 'value');
    problems.push({ level: 'error', code, message, hint, file, key: at.join('.'), ...place });
  };
  visit(parsed.value, [], (value, at) => {
    if (value === null) {
      const gone = ADD_ONLY.find((key) => `${key}.`.startsWith(`${at.join('.')}.`));
      if (owner.repositoryOwned && gone !== undefined) {
        report(
          'loosens-safety',
          at,
          `a file of the repository cannot remove "${gone}"`,
          'it can only add to it',
        );
      }
    } else if (typeof value === 'string') checkText(value, at, owner, report);
  });
  return problems;
}

/** Calls `see` for every value that is no object and no array; `$append` counts as the array it appends. */
function visit(value: Json, at: Path, see: (value: Json, at: Path) => void): void {
  const list = Array.isArray(value) ? value : appended(value);
  if (list !== undefined) for (const [index, item] of list.entries()) visit(item, [...at, index], see);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) visit(item, [...at, key], see);
  else see(value, at);
}

function checkText(text: string, at: Path, owner: LayerOwner, report: Report): void {
  const key = at.filter((part) => typeof part === 'string').join('.');
  if (key === 'notify.slack.webhook') {
    checkWebhook(text, at, owner, report);
  } else if (WEBHOOK.test(text)) {
    report('literal-webhook', at, 'the address of a webhook may not stand in a file', REFERENCE_HINT);
  } else if (key === 'redact.patterns' || key === 'errors.ignore') {
    checkPattern(text, at, owner, report);
  } else if (key === 'postSession.clean') {
    if (isCleanable(text)) return;
    report('path-outside', at, 'only files and folders inside the repository can be removed', PATH_HINT);
  } else if (owner.repositoryOwned && PATHS.test(key) && !staysInside(text)) {
    report('path-outside', at, 'a file of the repository can only name paths inside it', PATH_HINT);
  } else if (owner.repositoryOwned && key === 'errors.environment' && SECRET_NAME.test(text)) {
    const message = 'a file of the repository cannot put a variable with such a name into error logs';
    report('loosens-safety', at, message, 'put it in your user file if it holds no secret');
  }
}

const REFERENCE_HINT = 'put it in the environment variable SLACK_WEBHOOK and write "env:SLACK_WEBHOOK"';
const PATH_HINT = 'write it relative to the top of the working tree, without ".."';
const PATHS =
  /^(?:context\.(?:readme|architecture)|partitions\.context|preSession\.env\.(?:file|example)|hooks\.[a-z-]+\.steps\.script)$/;

function checkWebhook(text: string, at: Path, owner: LayerOwner, report: Report): void {
  const variable = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(text)?.[1];
  if (variable === undefined && !/^file:./.test(text)) {
    report('literal-webhook', at, 'this has to be a reference, never the address itself', REFERENCE_HINT);
  } else if (variable === undefined && owner.layer !== 'user') {
    report('webhook-source', at, '"file:" is read in the user file only', REFERENCE_HINT);
  } else if (owner.repositoryOwned && variable?.startsWith('SLACK_') === false) {
    const message = 'a file of the repository can only name a variable that starts with SLACK_';
    report('webhook-source', at, message, REFERENCE_HINT);
  }
}

function checkPattern(text: string, at: Path, owner: LayerOwner, report: Report): void {
  try {
    new RegExp(text);
  } catch (error) {
    report('invalid-pattern', at, messageOf(error), 'write a JavaScript regular expression');
    return;
  }
  if (owner.repositoryOwned && (text.length > 500 || NESTED_REPEAT.test(text))) {
    const message = 'this regular expression could take very long';
    report(
      'slow-pattern',
      at,
      message,
      'avoid repeated groups that repeat inside, back references and great length',
    );
  }
}

function staysInside(text: string): boolean {
  if (text === '' || text.includes('\0') || text.startsWith('~')) return false;
  if (path.posix.isAbsolute(text) || path.win32.isAbsolute(text)) return false;
  return !text.split(/[\\/]/).includes('..');
}

function isCleanable(text: string): boolean {
  const first = path.posix.normalize(text).split('/')[0] ?? '';
  return staysInside(text) && !['', '.', '.git', '*', '**'].includes(first.toLowerCase());
}
