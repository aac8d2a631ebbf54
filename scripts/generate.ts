/**
 * Writes the files that are made from the source: node scripts/run.mjs scripts/generate.ts [--check]
 * With --check nothing is written; a file that is not up to date is named, and the exit code is 1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { exampleText } from '../src/config/document-example.ts';
import { referenceText } from '../src/config/document-reference.ts';
import { formatJson, schemaText } from '../src/config/document-schema.ts';
import { typesText } from '../src/config/document-types.ts';
import type { Json } from '../src/config/merge.ts';
import { PRESET_NAMES, PRESETS } from '../src/config/preset-catalog.ts';
import { lifecycleDocument } from '../src/sessions/diagram.ts';
import { snapshotJsonSchema } from '../src/snapshots/schema.ts';

/** One line a file: its path from the top, and what makes its text. */
const GENERATED: readonly [file: string, make: () => string][] = [
  ['schema.json', schemaText],
  ['snapshot.schema.json', () => `${formatJson(snapshotJsonSchema() as Json)}\n`],
  ['.claude-sessionrc.example', exampleText],
  ['docs/configuration.md', configurationReference],
  ['docs/sessions.md', lifecycleDocument],
  ['src/config/config.ts', typesText],
];

function configurationReference(): string {
  const presets = PRESET_NAMES.map((name) => ({
    name,
    about: PRESETS[name],
    value: JSON.parse(readFileSync(`presets/${name}.json`, 'utf8')),
  }));
  return referenceText(presets);
}

function readOld(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const check = process.argv.includes('--check');
for (const [file, make] of GENERATED) {
  const text = make();
  if (readOld(file) === text) continue;
  if (check) {
    console.error(`${file} is not up to date; run: npm run generate`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`wrote ${file}`);
  }
}
