import { isObject, type Json, type JsonObject } from './merge.ts';
import { schemaDocument } from './shape.ts';

/** The JSON Schema (draft 7), which also knows `null` and `$append`. */
export function schemaText(): string {
  const { $schema, ...rest } = schemaDocument();
  const document = {
    $schema: $schema ?? null,
    title: '.claude-sessionrc',
    description: 'Configuration of claude-hooks.',
    ...withOperators(rest, true),
  };
  return `${formatJson(document)}\n`;
}

/** Indented JSON whose lists of values stand on one line where they fit in 110 columns, as the formatter has it. */
export function formatJson(value: Json, indent = '', column = 0): string {
  const inside = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = oneLine(value);
    const fits = column + flat.length <= 110 && !value.some((item) => typeof item === 'object');
    if (fits || value.length === 0) return flat;
    return `[\n${value.map((item) => inside + formatJson(item, inside, inside.length + 1)).join(',\n')}\n${indent}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const rows = Object.entries(value).map(([key, item]) => {
    const head = `${inside}${JSON.stringify(key)}: `;
    return head + formatJson(item, inside, head.length + 1);
  });
  return rows.length === 0 ? '{}' : `{\n${rows.join(',\n')}\n${indent}}`;
}

/** A property may also be null (removes what a lower layer says), an array also `{"$append": [...]}`. */
function withOperators(schema: JsonObject, top = false): JsonObject {
  const { properties, ...rest } = schema;
  const inner: JsonObject = isObject(properties)
    ? {
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, value]) => {
            const fixed = top && (key === '$schema' || key === 'extends');
            return [key, isObject(value) && !fixed ? optional(withOperators(value)) : value];
          }),
        ),
      }
    : {};
  return { ...rest, ...inner };
}

function optional(schema: JsonObject): JsonObject {
  const { description, default: standard, ...rest } = schema;
  const append: Json[] =
    rest.type === 'array'
      ? [
          {
            type: 'object',
            description: 'Adds to the list of the lower layers.',
            properties: { $append: rest },
            required: ['$append'],
            additionalProperties: false,
          },
        ]
      : [];
  const about: JsonObject = description === undefined ? {} : { description };
  const given: JsonObject = standard === undefined ? {} : { default: standard };
  return { ...about, ...given, anyOf: [rest, ...append, { type: 'null' }] };
}

/** A list as the formatter writes it on one line. */
export function oneLine(value: Json): string {
  return Array.isArray(value)
    ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
    : JSON.stringify(value);
}
