import type { Node } from 'jsonc-parser';
import { properties } from './json-edit.ts';

/** What is wrong, and the node at which it is. */
export interface Complaint {
  node: Node;
  what: string;
}

/** A test of one value; `name` is how a person would call it. */
export type Rule = (node: Node, name: string) => Complaint | undefined;

function expected(node: Node, name: string, what: string): Complaint {
  return { node, what: `${name} must be ${what}, here it is ${describeNode(node)}` };
}

function describeNode(node: Node): string {
  if (node.type === 'string' || node.type === 'number' || node.type === 'boolean')
    return `the ${node.type} ${JSON.stringify(node.value)}`;
  return kindOf(node);
}

/** The kind of a value, with its article. */
export function kindOf(node: Node): string {
  if (node.type === 'null') return 'null';
  return node.type === 'array' || node.type === 'object' ? `an ${node.type}` : `a ${node.type}`;
}

export const text: Rule = (node, name) =>
  node.type === 'string' ? undefined : expected(node, name, 'a string');

export const flag: Rule = (node, name) =>
  node.type === 'boolean' ? undefined : expected(node, name, 'true or false');

export const anything: Rule = () => undefined;

export const seconds: Rule = (node, name) =>
  node.type === 'number' && Number.isFinite(node.value) && node.value > 0
    ? undefined
    : expected(node, name, 'a number of seconds above 0');

export const count: Rule = (node, name) =>
  node.type === 'number' && Number.isSafeInteger(node.value) && node.value > 0
    ? undefined
    : expected(node, name, 'a whole number above 0');

export const number: Rule = (node, name) =>
  node.type === 'number' && Number.isFinite(node.value) ? undefined : expected(node, name, 'a number');

export const url: Rule = (node, name) =>
  node.type === 'string' && URL.canParse(node.value as string) ? undefined : expected(node, name, 'a URL');

export function literal(value: string): Rule {
  return (node, name) => (node.value === value ? undefined : expected(node, name, JSON.stringify(value)));
}

export function either(...rules: Rule[]): Rule {
  return (node, name) => {
    const complaints = rules.map((rule) => rule(node, name));
    return complaints.includes(undefined) ? undefined : complaints[0];
  };
}

export function list(item: Rule): Rule {
  return (node, name) => {
    if (node.type !== 'array') return expected(node, name, 'an array');
    return firstOf((node.children ?? []).map((child, index) => item(child, `${name}[${index}]`)));
  };
}

export function dictionary(item: Rule): Rule {
  return (node, name) => {
    if (node.type !== 'object') return expected(node, name, 'an object');
    return firstOf([...properties(node)].map(([key, { value }]) => item(value, `${name}.${key}`)));
  };
}

/** An object with these keys. Keys that are not listed are allowed; those in `required` must be there. */
export function shape(rules: Record<string, Rule>, required: readonly string[] = []): Rule {
  return (node, name) => {
    if (node.type !== 'object') return expected(node, name, 'an object');
    const found = properties(node);
    const missing = required.find((key) => !found.has(key));
    if (missing !== undefined) return { node, what: `${name} has no "${missing}"` };
    return firstOf(
      [...found].map(([key, { value }]) =>
        Object.hasOwn(rules, key) ? rules[key]?.(value, name === '' ? key : `${name}.${key}`) : undefined,
      ),
    );
  };
}

function firstOf(complaints: (Complaint | undefined)[]): Complaint | undefined {
  return complaints.find((complaint) => complaint !== undefined);
}
