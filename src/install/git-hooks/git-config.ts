import * as path from 'node:path';
import { readBytesIfExists, realPath } from '../../platform/fs.ts';
import type { PlannedAction } from '../plan.ts';

/** The name under which uninstall is told which value of core.hooksPath is ours. */
const SURGICAL = 'git-hooks:config=';

/**
 * Plans `core.hooksPath = value` in the repository's own configuration, as a section at the end of the file:
 * the last value counts, so an older one stays where it is and counts again once ours is taken out.
 */
export function planHooksPath(commonDir: string, value: string): PlannedAction {
  const file = realPath(path.join(commonDir, 'config'));
  const before = readBytesIfExists(file);
  const text = before?.toString('latin1') ?? '';
  return {
    id: 'git-config:hooksPath',
    kind: 'git-config',
    file,
    summary: `set core.hooksPath to ${value}`,
    before,
    after: Buffer.from(addHooksPath(text, latin1(value)), 'latin1'),
    surgical: `${SURGICAL}${value}`,
  };
}

export function isHooksPathSurgical(surgical: string): boolean {
  return surgical.startsWith(SURGICAL);
}

/** The configuration without our value; as it is where the value is not there any more. */
export function revertHooksPath(surgical: string, bytes: Buffer): Buffer {
  return Buffer.from(
    removeHooksPath(bytes.toString('latin1'), latin1(surgical.slice(SURGICAL.length))),
    'latin1',
  );
}

export function addHooksPath(config: string, value: string): string {
  if (hooksPathLines(config).at(-1)?.value === value) return config;
  const newline = config === '' || config.endsWith('\n') ? '' : '\n';
  return `${config}${newline}[core]\n\thooksPath = ${quoteValue(value)}\n`;
}

export function removeHooksPath(config: string, value: string): string {
  const line = hooksPathLines(config).findLast((candidate) => candidate.value === value);
  if (line === undefined) return config;
  const head = config.slice(0, line.start);
  const tail = config.slice(line.end);
  const emptySection = /(?:^|\n)(\[core\]\r?\n)$/i.exec(head);
  const alone = emptySection !== null && (tail === '' || tail.startsWith('['));
  return (alone ? head.slice(0, head.length - (emptySection[1] ?? '').length) : head) + tail;
}

interface ValueLine {
  start: number;
  end: number;
  value: string;
}

/** The lines that set core.hooksPath in this text; one that goes on in the next line (`\`) is not understood. */
function hooksPathLines(config: string): ValueLine[] {
  const found: ValueLine[] = [];
  let section = '';
  let offset = 0;
  for (const line of config.split(/(?<=\n)/)) {
    const header = /^\s*\[\s*([^\]\s"]+)\s*("[^\n]*")?\]/.exec(line);
    if (header !== null) section = header[2] === undefined ? (header[1] ?? '').toLowerCase() : '';
    const rest = header === null ? line : line.slice(header[0].length);
    const value = /^\s*hookspath\s*=\s*(.*?)\s*$/i.exec(rest)?.[1];
    if (section === 'core' && header === null && value !== undefined && !value.endsWith('\\')) {
      found.push({ start: offset, end: offset + line.length, value: unquoteValue(value) });
    }
    offset += line.length;
  }
  return found;
}

function quoteValue(value: string): string {
  if (/^[A-Za-z0-9_./-]+$/.test(value)) return value;
  return `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\t', '\\t').replaceAll('\n', '\\n')}"`;
}

function unquoteValue(written: string): string {
  let value = '';
  let quoted = false;
  for (let index = 0; index < written.length; index += 1) {
    const sign = written[index] ?? '';
    if (sign === '"') quoted = !quoted;
    else if (sign === '\\') {
      index += 1;
      const escaped = written[index] ?? '';
      value += { n: '\n', t: '\t', b: '\b' }[escaped] ?? escaped;
    } else if (!quoted && (sign === '#' || sign === ';')) return value.trimEnd();
    else value += sign;
  }
  return value;
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
