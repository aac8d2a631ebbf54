import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleText } from '../../../src/config/document-example.ts';
import { referenceText } from '../../../src/config/document-reference.ts';
import { schemaText } from '../../../src/config/document-schema.ts';
import { isObject, type Json } from '../../../src/config/merge.ts';
import { parseConfig } from '../../../src/config/parse.ts';
import { PRESET_NAMES } from '../../../src/config/preset-catalog.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { leaves } from '../../../src/config/shape.ts';
import { validateLayer } from '../../../src/config/validate.ts';

describe('generated files', () => {
  it('are up to date', () => {
    const script = [path.resolve('scripts/run.mjs'), 'scripts/generate.ts', '--check'];
    expect(execFileSync(process.execPath, script, { encoding: 'utf8' })).toBe('');
  });

  it('the example is valid, says the defaults and names every key', () => {
    const parsed = parseConfig(exampleText(), 'example', 'json');
    expect(parsed.problems).toEqual([]);
    expect(validateLayer(parsed, 'example')).toEqual([]);
    expect(configSchema.parse(parsed.value)).toEqual(configSchema.parse({}));
    for (const { path: keys } of leaves()) expect(exampleText()).toContain(`"${keys.at(-1)}":`);
  });

  it('every key has a description', () => {
    for (const { path: keys, schema } of leaves())
      expect(schema.description, keys.join('.')).toBeTypeOf('string');
  });

  it('the schema is draft 7, closed, and knows null and $append', () => {
    const schema = JSON.parse(schemaText());
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema.additionalProperties).toBe(false);
    const patterns = schema.properties.redact.anyOf[0].properties.patterns;
    expect(patterns.anyOf.map((each: { type: string }) => each.type)).toEqual(['array', 'object', 'null']);
    expect(JSON.stringify(schema)).not.toContain('$ref');
    const open = (node: Json): boolean =>
      isObject(node)
        ? (node.type === 'object' && node.additionalProperties !== false) || Object.values(node).some(open)
        : Array.isArray(node) && node.some(open);
    expect(open(schema)).toBe(false);
  });

  it('the reference holds every key and preset', () => {
    const text = referenceText(PRESET_NAMES.map((name) => ({ name, about: 'x', value: {} })));
    for (const { path: keys } of leaves()) expect(text).toContain(`\`${keys.join('.')}\``);
    for (const name of PRESET_NAMES) expect(text).toContain(`### ${name}`);
  });

  it('the catalogue of presets is the folder of presets', () => {
    const files = readdirSync('presets').filter((name) => name !== 'templates');
    expect(files.sort()).toEqual(PRESET_NAMES.map((name) => `${name}.json`).sort());
    for (const name of PRESET_NAMES)
      expect(readFileSync(`presets/${name}.json`, 'utf8')).toContain('../schema.json');
  });
});
