import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const DOMAINS = [
  'config',
  'install',
  'sessions',
  'transcript',
  'checkpoints',
  'snapshots',
  'context',
  'checks',
  'prompts',
  'templates',
  'notify',
  'partitions',
  'replay',
];
const LEAVES = [
  'src/errors.ts',
  'src/version.ts',
  'src/config/schema.ts',
  'src/config/schema-parts.ts',
  'src/config/config.ts',
  'src/config/duration.ts',
  'src/install/hook-catalog.ts',
];
/** Modules that reach the outside world. */
const OUTSIDE = new Set([
  'fs',
  'fs/promises',
  'child_process',
  'net',
  'tls',
  'http',
  'https',
  'http2',
  'dgram',
  'dns',
  'zx',
  'zx/core',
  'simple-git',
  'undici',
  'node-notifier',
]);

interface Import {
  from: string;
  to: string;
}

function sources(directory: string): string[] {
  return readdirSync(path.join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const name = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return sources(name);
    return /\.tsx?$/.test(name) ? [name] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const found = [...text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? '',
  );
  return found.map((to) => ({
    from: file,
    to: to.startsWith('.') ? path.posix.join(path.posix.dirname(file), to) : to,
  }));
}

function layerOf(file: string): number {
  if (file.startsWith('src/platform/')) return 0;
  if (file.startsWith('src/store/')) return 1;
  if (DOMAINS.some((domain) => file.startsWith(`src/${domain}/`))) return 2;
  if (file.startsWith('src/flows/') || file === 'src/index.ts') return 3;
  return 4;
}

const isLeaf = (file: string): boolean => LEAVES.includes(file) || file.startsWith('src/redact/');

/** Why an import breaks the rule; undefined where it does not. */
function violation({ from, to }: Import): string | undefined {
  const bare = to.replace(/^node:/, '');
  if (!to.startsWith('src/') && !to.startsWith('hooks/')) {
    const allowed = from.startsWith('src/platform/') || from.startsWith('hooks/') || from === 'src/hook.ts';
    return OUTSIDE.has(bare) && !allowed ? `only src/platform may use ${to}` : undefined;
  }
  if (isLeaf(to)) return undefined;
  if (isLeaf(from))
    return from.startsWith('src/redact/') && to.startsWith('src/redact/')
      ? undefined
      : 'a leaf imports nothing';
  if (layerOf(to) > layerOf(from)) return 'imports point down';
  const domain = (file: string): string | undefined =>
    DOMAINS.find((name) => file.startsWith(`src/${name}/`));
  if (domain(from) !== undefined && domain(to) !== undefined && domain(from) !== domain(to))
    return 'domains never import each other';
  return undefined;
}

describe('the dependency rule', () => {
  it('holds for every import', () => {
    const files = [...sources('src'), ...sources('hooks')];
    const broken = files.flatMap(importsOf).flatMap((entry) => {
      const why = violation(entry);
      return why === undefined ? [] : [`${entry.from} -> ${entry.to}: ${why}`];
    });
    expect(files.length).toBeGreaterThan(30);
    expect(broken).toEqual([]);
  });

  it.each([
    ['src/store/spool.ts', 'src/flows/drain.ts', 'imports point down'],
    ['src/sessions/conversation.ts', 'src/context/context-file.ts', 'domains never import each other'],
    ['src/flows/drain.ts', 'node:fs', 'only src/platform may use node:fs'],
    ['src/errors.ts', 'src/store/lock.ts', 'a leaf imports nothing'],
  ])('refuses %s -> %s', (from, to, why) => {
    expect(violation({ from, to })).toBe(why);
  });

  it('only entries read argv, the environment or exit', () => {
    const files = sources('src').filter((file) => !/^src\/(?:cli\/|hook\.ts|platform\/)/.test(file));
    const readers = files.filter((file) =>
      /process\.(?:argv|env\b|exit|exitCode|stdout|stdin)|console\./.test(
        readFileSync(path.join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''),
      ),
    );
    expect(readers).toEqual([]);
  });
});
