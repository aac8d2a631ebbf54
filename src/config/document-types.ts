import * as z from 'zod';
import { configSchema } from './schema.ts';

/** A longer list of words takes a line each, as the formatter wants it. */
const LONGEST_UNION = 90;

interface Shape {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Shape[];
  items?: Shape;
  properties?: Record<string, Shape>;
  required?: string[];
  description?: string;
}

/**
 * The configuration's types as plain TypeScript, so that the published types do not need zod. A test holds them to
 * the schema's own inferred types.
 */
export function typesText(): string {
  const output = z.toJSONSchema(configSchema, { io: 'output' }) as Shape;
  const input = z.toJSONSchema(configSchema, { io: 'input' }) as Shape;
  return `${[
    '// Made from the schema by `npm run generate`; do not edit.',
    '',
    '/** The configuration as the program reads it: every value there. Durations and sizes are still text. */',
    `export interface Config ${typeOf(output, '')}`,
    '',
    '/** The configuration as people write it: everything optional. */',
    `export interface ConfigInput ${typeOf(input, '')}`,
    '',
    '/** A command or zx script of your own. */',
    "export type Step = Config['hooks']['git']['steps'][number];",
    "export type ContextSource = Config['context']['sources'][number];",
    '/** A moment people can add steps to; also the name of the hook script. */',
    "export type Moment = keyof Config['hooks'];",
  ].join('\n')}\n`;
}

function typeOf(shape: Shape, indent: string): string {
  if (shape.const !== undefined) return literal(shape.const);
  if (shape.enum !== undefined) return shape.enum.map(literal).join(' | ');
  if (shape.anyOf !== undefined) return shape.anyOf.map((one) => typeOf(one, indent)).join(' | ');
  switch (shape.type) {
    case 'object':
      return objectOf(shape, indent);
    case 'array': {
      const item = typeOf(shape.items ?? {}, indent);
      // A union inside the braces of an object needs no parentheses around them.
      if (!item.includes(' | ') || item.startsWith('{')) return `${item}[]`;
      if (item.length < LONGEST_UNION) return `(${item})[]`;
      return `(${item
        .split(' | ')
        .map((one) => `\n${indent}  | ${one}`)
        .join('')}\n${indent})[]`;
    }
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return shape.type;
    default:
      throw new Error(`the schema has a part that no type is known for: ${JSON.stringify(shape)}`);
  }
}

function objectOf({ properties = {}, required = [] }: Shape, indent: string): string {
  const inside = `${indent}  `;
  const rows = Object.entries(properties).map(([key, shape]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key);
    const comment =
      shape.description === undefined
        ? ''
        : `${inside}/** ${shape.description.replaceAll('*/', '*\\/')} */\n`;
    return `${comment}${inside}${name}${required.includes(key) ? '' : '?'}: ${typeOf(shape, inside)};\n`;
  });
  return `{\n${rows.join('')}${indent}}`;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : JSON.stringify(value);
}
