import type { Node } from 'jsonc-parser';
import { HooksError } from '../errors.ts';
import { type HookEntry, type HookGroup, isOwnCommand } from './commands-text.ts';
import { appendMember, properties, removeMember, replaceNode } from './json-edit.ts';
import { lineIndent, member, render, styleOf } from './json-style.ts';
import { encodeSettings, parseSettings, type SettingsText } from './settings-text.ts';

/** One hook in a settings file that is ours. */
interface Found {
  event: string;
  list: Node;
  /** Position of the group in the event's array, and of the hook in the group. */
  group: number;
  hook: number;
  /** The group holds hooks of others as well. */
  shared: boolean;
  /** The group's matcher lets everything through. */
  open: boolean;
  node: Node;
}

/** The entries of claude-hooks in a settings file, in order: event and command. */
export function ownEntries(settings: SettingsText): { event: string; command: string }[] {
  return findOwn(settings.root).map(({ event, node }) => ({ event, command: commandOf(node) ?? '' }));
}

function findOwn(root: Node | undefined): Found[] {
  const found: Found[] = [];
  for (const [event, { value: list }] of properties(properties(root).get('hooks')?.value)) {
    if (list.type !== 'array') continue;
    (list.children ?? []).forEach((groupNode, group) => {
      const parts = properties(groupNode);
      const hooks = parts.get('hooks')?.value;
      if (hooks?.type !== 'array') return;
      const nodes = hooks.children ?? [];
      const ours = nodes.map((node) => isOwnCommand(commandOf(node) ?? ''));
      const matcher = parts.get('matcher')?.value.value as string | undefined;
      const open = matcher === undefined || matcher === '' || matcher === '*';
      nodes.forEach((node, hook) => {
        if (ours[hook] === true)
          found.push({ event, list, group, hook, shared: ours.includes(false), open, node });
      });
    });
  }
  return found;
}

function commandOf(node: Node): string | undefined {
  const value = properties(node).get('command')?.value;
  return value?.type === 'string' ? (value.value as string) : undefined;
}

/**
 * The file with exactly the wanted entries of ours, one an event: what is right stays, what is out of date is
 * replaced where it stands, what is missing is appended, what is too many is taken out. Everything else keeps
 * its bytes. @returns also the containers that had to be made: `hooks`, `hooks.Stop`.
 */
export function putEntries(
  file: string,
  bytes: Buffer | undefined,
  wanted: ReadonlyMap<string, HookGroup>,
): { bytes: Buffer; containers: string[] } {
  const settings = parseSettings(file, bytes ?? Buffer.alloc(0));
  const containers: string[] = [];
  let text = settings.root === undefined ? '{}\n' : settings.text;
  for (const [event, group] of wanted) {
    const kept = keepOne(file, text, event, group.hooks[0]);
    text = kept.text;
    if (!kept.present) text = addGroup(file, text, event, group, containers);
  }
  const stale = removeOwn(file, text, (found) => !wanted.has(found.event), undefined);
  return { bytes: encodeSettings(settings, stale), containers };
}

/** Leaves the first usable entry of an event, made right, and removes the rest of ours from it. */
function keepOne(
  file: string,
  text: string,
  event: string,
  entry: HookEntry,
): { text: string; present: boolean } {
  const isKept = (found: Found): boolean => found.event === event && found.open;
  const first = findOwn(treeOf(file, text)).find(isKept);
  const rest = removeOwn(
    file,
    text,
    (found, earlier) => found.event === event && !(found.open && !earlier),
    [],
  );
  if (first === undefined) return { text: rest, present: false };
  const kept = findOwn(treeOf(file, rest)).find(isKept);
  if (kept === undefined) throw new Error(`the entry for ${event} was lost while editing ${file}`);
  if (isSame(kept.node, entry)) return { text: rest, present: true };
  const old = rest.slice(kept.node.offset, kept.node.offset + kept.node.length);
  const style = styleOf(rest, treeOf(file, rest));
  const indent = /[\r\n]/.test(old) ? lineIndent(rest, kept.node.offset) : undefined;
  return { text: replaceNode(rest, kept.node, render(entry, style, indent)), present: true };
}

function isSame(node: Node, entry: HookEntry): boolean {
  const parts = properties(node);
  const wanted = Object.entries(entry);
  return (
    parts.size === wanted.length && wanted.every(([key, value]) => parts.get(key)?.value.value === value)
  );
}

function addGroup(file: string, text: string, event: string, group: HookGroup, containers: string[]): string {
  const root = treeOf(file, text);
  const style = styleOf(text, root);
  const hooks = properties(root).get('hooks')?.value;
  if (hooks === undefined) {
    containers.push('hooks', `hooks.${event}`);
    return appendMember(text, root, style, (indent) => member('hooks', { [event]: [group] }, style, indent));
  }
  const list = properties(hooks).get(event)?.value;
  if (list === undefined) {
    containers.push(`hooks.${event}`);
    return appendMember(text, hooks, style, (indent) => member(event, [group], style, indent));
  }
  return appendMember(text, list, style, (indent) => render(group, style, indent));
}

/**
 * The file without any entry of ours. @param containers those that install made and that go when they are left
 * empty; undefined (not known any more): each that is left empty.
 */
export function removeEntries(
  file: string,
  bytes: Buffer,
  containers: readonly string[] | undefined,
): Buffer {
  const settings = parseSettings(file, bytes);
  if (settings.root === undefined) return bytes;
  return encodeSettings(
    settings,
    removeOwn(file, settings.text, () => true, containers),
  );
}

/** Whether nothing but an empty object is left. */
export function isEmptySettings(file: string, bytes: Buffer): boolean {
  const { root } = parseSettings(file, bytes);
  return root === undefined || (root.type === 'object' && (root.children?.length ?? 0) === 0);
}

function removeOwn(
  file: string,
  text: string,
  which: (found: Found, isAfterAKept: boolean) => boolean,
  containers: readonly string[] | undefined,
): string {
  let rest = text;
  for (;;) {
    const found = findOwn(treeOf(file, rest));
    const index = found.findIndex((entry, at) => which(entry, hasKeptBefore(found, at)));
    const target = found[index];
    if (target === undefined) return rest;
    rest = removeOne(file, rest, target, containers);
  }
}

/** Whether an entry of the same event that can stay comes before. */
function hasKeptBefore(found: Found[], at: number): boolean {
  return found.slice(0, at).some((entry) => entry.open && entry.event === found[at]?.event);
}

function removeOne(
  file: string,
  text: string,
  target: Found,
  containers: readonly string[] | undefined,
): string {
  const group = target.list.children?.[target.group];
  const hooks = properties(group).get('hooks')?.value;
  if (group === undefined || hooks === undefined) throw new Error(`an entry was lost while editing ${file}`);
  const several = (hooks.children?.length ?? 0) > 1;
  if (several) return removeMember(text, hooks, target.hook);
  const rest = removeMember(text, target.list, target.group);
  if ((target.list.children?.length ?? 0) > 1) return rest;
  const withoutEvent = dropIfEmpty(file, rest, ['hooks', target.event], containers);
  return withoutEvent === rest ? rest : dropIfEmpty(file, withoutEvent, ['hooks'], containers);
}

function dropIfEmpty(
  file: string,
  text: string,
  keys: readonly string[],
  containers: readonly string[] | undefined,
): string {
  if (containers?.includes(keys.join('.')) === false) return text;
  const root = treeOf(file, text);
  const holder = keys.length === 1 ? root : properties(root).get('hooks')?.value;
  const entry = properties(holder).get(keys.at(-1) ?? '');
  if (holder === undefined || entry === undefined || (entry.value.children?.length ?? 0) > 0) return text;
  return removeMember(text, holder, holder.children?.indexOf(entry.property) ?? -1);
}

function treeOf(file: string, text: string): Node {
  const { root } = parseSettings(file, Buffer.from(text, 'utf8'));
  if (root === undefined) {
    throw new HooksError({
      code: 'settings-empty',
      kind: 'conflict',
      message: `${file} became empty while it was edited. It was left as it is.`,
    });
  }
  return root;
}
