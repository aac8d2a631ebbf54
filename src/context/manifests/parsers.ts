import { tomlEntries, tomlStrings } from './toml.ts';

/** A direct dependency as a manifest names it. */
export interface Dependency {
  name: string;
  /** As it is written; empty where the manifest does not say. */
  version: string;
  dev: boolean;
}

/** A requirement of Python: `name[extra]>=1,<2; marker`. */
const REQUIREMENT =
  /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*((?:[<>=!~]=?=?|@)[^;]*?)?\)?\s*(?:;.*)?$/;

/** @throws SyntaxError where it is no JSON. */
export function parsePackageJson(text: string): Dependency[] {
  return jsonTables(text, { dependencies: false, optionalDependencies: false, devDependencies: true });
}

/** @throws SyntaxError where it is no JSON. */
export function parseComposerJson(text: string): Dependency[] {
  return jsonTables(text, { require: false, 'require-dev': true });
}

function jsonTables(text: string, tables: Readonly<Record<string, boolean>>): Dependency[] {
  const value: unknown = JSON.parse(text);
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return Object.entries(tables).flatMap(([key, dev]) => {
    const table = fields[key];
    if (typeof table !== 'object' || table === null) return [];
    return Object.entries(table).flatMap(([name, version]) =>
      typeof version === 'string' ? [{ name, version, dev }] : [],
    );
  });
}

export function parsePyproject(text: string): Dependency[] {
  return tomlEntries(text).flatMap(({ table, key, value }): Dependency[] => {
    if (table === 'project' && key === 'dependencies') return requirements(value, false);
    if (table === 'project.optional-dependencies' || table === 'dependency-groups')
      return requirements(value, true);
    const poetry = /^tool\.poetry\.(?:(dev-)?dependencies|group\.[^.]+\.dependencies)$/.exec(table);
    if (poetry === null || key === 'python') return [];
    return [{ name: key, version: versionIn(value), dev: !table.endsWith('poetry.dependencies') }];
  });
}

function requirements(value: string, dev: boolean): Dependency[] {
  return tomlStrings(value).flatMap((text) => requirement(text, dev) ?? []);
}

function requirement(text: string, dev: boolean): Dependency | undefined {
  const [, name, version = ''] = REQUIREMENT.exec(text.trim()) ?? [];
  return name === undefined ? undefined : { name, version: version.trim(), dev };
}

export function parseRequirements(text: string): Dependency[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').replace(/\s--hash=.*$/, ''))
    .flatMap((line) => requirement(line.replace(/\\$/, ''), false) ?? []);
}

export function parseCargo(text: string): Dependency[] {
  const found = new Map<string, Dependency>();
  for (const { table, key, value } of tomlEntries(text)) {
    const [, kind = '', single] =
      /^(?:workspace\.|target\..+\.)?((?:dev-|build-)?dependencies)(?:\.(.+))?$/.exec(table) ?? [];
    if (kind === '') continue;
    const dev = kind !== 'dependencies';
    if (single === undefined) {
      // `serde.workspace = true` names the crate before the dot.
      const name = key.split('.')[0] ?? key;
      found.set(name, { name, version: versionIn(value), dev });
    } else {
      const known = found.get(single) ?? { name: single, version: '', dev };
      found.set(single, key === 'version' ? { ...known, version: versionIn(value) } : known);
    }
  }
  return [...found.values()];
}

/** The version in `"1.2"` or in `{ version = "1.2", ... }`. */
function versionIn(value: string): string {
  if (!value.startsWith('{')) return tomlStrings(value)[0] ?? '';
  return tomlStrings(/\bversion\s*=\s*("[^"]*"|'[^']*')/.exec(value)?.[1] ?? '')[0] ?? '';
}

export function parseGoMod(text: string): Dependency[] {
  let inside = false;
  return text.split(/\r?\n/).flatMap((line): Dependency[] => {
    if (/^\s*require\s*\(/.test(line)) inside = true;
    else if (inside && /^\s*\)/.test(line)) inside = false;
    const wanted = inside ? line : (/^\s*require\s+(.*)$/.exec(line)?.[1] ?? '');
    const [, name, version = ''] =
      /^\s*([^\s()/]\S*)\s+(v\S+)\s*(?:\/\/(?!\s*indirect).*)?$/.exec(wanted) ?? [];
    return name === undefined ? [] : [{ name, version, dev: false }];
  });
}

export function parseGemfile(text: string): Dependency[] {
  return text.split(/\r?\n/).flatMap((line): Dependency[] => {
    const [, name, rest = ''] = /^\s*gem\s*\(?\s*['"]([\w.-]+)['"](.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const versions = [...rest.matchAll(/,\s*['"](\s*[<>=~!]*\s*\d[^'"]*)['"]/g)].map((match) =>
      match[1]?.trim(),
    );
    return [{ name, version: versions.join(', '), dev: /group:.*(?:development|test)/.test(rest) }];
  });
}
