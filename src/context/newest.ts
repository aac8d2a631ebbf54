import * as path from 'node:path';
import { minuteStamp } from '../platform/clock.ts';
import { listDirectory, statIfExists } from '../platform/fs.ts';

const STAMP = /\d{4}-\d{2}-\d{2}-\d{2}-\d{2}/;
/** Newest candidates looked at; a folder of ten thousand documents costs no ten thousand stats. */
const MOST_STATS = 200;

/**
 * The newest Markdown document of a folder. The time in its name counts where it has one (a fresh clone gives
 * all files the same time), else its modification time.
 */
export function newestDocument(folder: string): { name: string; modified: number } | undefined {
  let best: { name: string; key: string; modified: number } | undefined;
  for (const name of namesIn(folder)) {
    const stat = quietStat(path.join(folder, name));
    if (stat === undefined) continue;
    const key = `${STAMP.exec(name)?.[0] ?? minuteStamp(stat.mtimeMs)} ${String(Math.round(stat.mtimeMs)).padStart(16, '0')} ${name}`;
    if (best === undefined || key > best.key) best = { name, key, modified: stat.mtimeMs };
  }
  return best === undefined ? undefined : { name: best.name, modified: best.modified };
}

function namesIn(folder: string): string[] {
  try {
    const names = listDirectory(folder).filter((name) => name.endsWith('.md') && !name.startsWith('.'));
    const stamped = names
      .filter((name) => STAMP.test(name))
      .sort((a, b) => (stampOf(a) < stampOf(b) ? 1 : -1));
    const others = names.filter((name) => !STAMP.test(name));
    return [...stamped.slice(0, MOST_STATS), ...others.slice(0, MOST_STATS)];
  } catch {
    return [];
  }
}

function stampOf(name: string): string {
  return STAMP.exec(name)?.[0] ?? '';
}

function quietStat(file: string): { mtimeMs: number } | undefined {
  try {
    const stat = statIfExists(file);
    return stat?.isFile() === true ? stat : undefined;
  } catch {
    return undefined;
  }
}
