import { readDocument } from '../file.ts';
import { itemText } from '../item.ts';
import {
  type Dependency,
  parseCargo,
  parseComposerJson,
  parseGemfile,
  parseGoMod,
  parsePackageJson,
  parsePyproject,
  parseRequirements,
} from './parsers.ts';

/** One line a manifest. */
const MANIFESTS: readonly { file: string; parse: (text: string) => Dependency[] }[] = [
  { file: 'package.json', parse: parsePackageJson },
  { file: 'pyproject.toml', parse: parsePyproject },
  { file: 'requirements.txt', parse: parseRequirements },
  { file: 'Cargo.toml', parse: parseCargo },
  { file: 'go.mod', parse: parseGoMod },
  { file: 'Gemfile', parse: parseGemfile },
  { file: 'composer.json', parse: parseComposerJson },
];

const MOST = 40;
const READ_BYTES = 1024 * 1024;
const LONGEST = 160;

/**
 * The direct dependencies of the manifests at the top of the tree, one a line, sorted by name, at most 40 a manifest.
 * Versions are those the manifests ask for: what is locked changes on every branch, and would make merges conflict.
 * @returns undefined where a manifest is there and cannot be read: in conflict, half written.
 */
export function dependencyLines(root: string): string[] | undefined {
  const lines: string[] = [];
  for (const { file, parse } of MANIFESTS) {
    const found = readDocument(root, file, READ_BYTES);
    if (found.kind === 'missing') continue;
    if (found.kind === 'note' || found.unread) return undefined;
    try {
      lines.push(...linesFor(file, parse(found.text)));
    } catch {
      return undefined;
    }
  }
  return lines;
}

function linesFor(file: string, dependencies: readonly Dependency[]): string[] {
  const byName = new Map<string, Dependency>();
  for (const one of dependencies) {
    const known = byName.get(one.name);
    if (known === undefined || (known.dev && !one.dev)) byName.set(one.name, one);
  }
  // By code units: the same everywhere, whatever the language of the machine.
  const sorted = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const shown = sorted.slice(0, MOST).flatMap(({ name, version, dev }) => {
    const word = itemText(name.replace(/\s+/g, ''), LONGEST).replace(/\s+/g, '');
    return word === '' ? [] : `- ${itemText(`${word} ${version}`, LONGEST)} (${file}${dev ? ', dev' : ''})`;
  });
  return sorted.length > MOST ? [...shown, `- and ${sorted.length - MOST} more (${file})`] : shown;
}
