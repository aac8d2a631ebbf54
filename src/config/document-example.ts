import { oneLine } from './document-schema.ts';
import { SCHEMA_LOCATION } from './init.ts';
import { isObject, type Json, type JsonObject } from './merge.ts';
import { configSchema } from './schema.ts';
import { childKeys, schemaAt } from './shape.ts';

/** Every key with its description and its default, as JSON with comments; itself a valid configuration. */
export function exampleText(): string {
  const defaults = configSchema.parse({}) as unknown as JsonObject;
  const head = [
    '// Every key of .claude-sessionrc with its default. Copy what you change into .claude-sessionrc.json.',
    '// Generated from src/config/schema.ts by `npm run generate`; do not edit.',
  ];
  return `${[...head, ...exampleObject([], defaults, '')].join('\n')}\n`;
}

function exampleObject(path: string[], defaults: JsonObject, indent: string): string[] {
  const lines = ['{'];
  for (const key of childKeys(path)) {
    const at = [...path, key];
    const schema = schemaAt(at) ?? {};
    const value = defaults[key];
    const inside = `${indent}  `;
    const words = typeof schema.description === 'string' ? wrap(schema.description, 100) : [];
    lines.push(...words.map((line) => `${inside}// ${line}`));
    if (value === undefined)
      lines.push(`${inside}// ${JSON.stringify(key)}: ${JSON.stringify(sampleOf(at))},`);
    else if (isObject(value)) {
      const [first, ...more] = exampleObject(at, value, inside);
      lines.push(`${inside}${JSON.stringify(key)}: ${first}`, ...more.slice(0, -1), `${more.at(-1)},`);
    } else lines.push(`${inside}${JSON.stringify(key)}: ${oneLine(value)},`);
  }
  return [...lines, `${indent}}`];
}

const SAMPLES: Record<string, Json> = {
  $schema: SCHEMA_LOCATION,
  extends: ['solo', 'node'],
  'preSession.dependencies.command': 'npm ci',
  'postSession.tests.command': 'npm test',
};

function sampleOf(path: string[]): Json {
  return SAMPLES[path.join('.')] ?? '';
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
