import type { Node } from 'jsonc-parser';
import { HooksError } from '../errors.ts';
import { type HookEntry, type HookGroup, isOwnCommand } from './commands-text.ts';
import { appendMember, properties, removeMember, replaceNode } from './json-edit.ts';
import { lineIndent, member, OneLine, render, styleOf } from './json-style.ts';
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
  /** What the group is for; empty where it lets everything through. */
  matcher: string;
  node: Node;
}

/** How many entries of claude-hooks a settings file has. */
export function countOwnEntries(settings: SettingsText): number {
  return findOwn(settings.root).length;
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
      const matcher = String(parts.get('matcher')?.value.value ?? '').replace(/^\*$/, '');
      nodes.forEach((node, hook) => {
        if (ours[hook] === true)
          found.push({ event, list, group, hook, shared: ours.includes(false), matcher, node });
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
 * The file with exactly the wanted entries of ours, one group an event and matcher: what is right stays, what is out of date is
 * replaced where it stands, what is missing is appended, what is too many is taken out. Everything else keeps
 * its bytes. @returns also the containers that had to be made: `hooks`, `hooks.Stop`.
 */
export function putEntries(
  file: string,
  bytes: Buffer | undefined,
  wanted: ReadonlyMap<string, readonly HookGroup[]>,
): { bytes: Buffer; containers: string[] } {
  const settings = parseSettings(file, bytes ?? Buffer.alloc(0));
  const containers: string[] = [];
  let text = settings.root === undefined ? '{}\n' : settings.text;
  for (const [event, groups] of wanted) {
    const isOther = (found: Found): boolean =>
      found.event === event && !groups.some(({ matcher }) => found.matcher === (matcher ?? ''));
    text = removeOwn(file, text, isOther, []);
    for (const group of groups) {
      const kept = keepGroup(file, text, event, group);
      text = kept.text;
      if (!kept.present) text = addGroup(file, text, event, group, containers);
    }
  }
  const stale = removeOwn(file, text, (found) => !wanted.has(found.event), undefined);
  return { bytes: encodeSettings(settings, stale), containers };
}

/** Leaves the first usable group of an event, its entries of ours made right, and removes the others with its matcher. */
function keepGroup(
  file: string,
  text: string,
  event: string,
  wanted: HookGroup,
): { text: string; present: boolean } {
  const usable = (found: Found): boolean => found.event === event && found.matcher === (wanted.matcher ?? '');
  const before = findOwn(treeOf(file, text)).filter(usable);
  const first = before[0];
  const isRight = isSameList(
    before.filter(({ group }) => group === first?.group),
    wanted.hooks,
  );
  // A group others share keeps their entries and loses ours; they get a group of their own.
  const isKept = isRight || wanted.hooks.length === 1 || first?.shared === false;
  const stays = (found: Found, earlier: Found[]): boolean => {
    const leader = earlier.find(usable);
    return isKept && (leader === undefined || (isRight && leader.group === found.group));
  };
  const rest = removeOwn(file, text, (found, all) => usable(found) && !stays(found, all), []);
  const kept = findOwn(treeOf(file, rest)).find(usable);
  if (kept === undefined || isRight) return { text: rest, present: kept !== undefined };
  if (wanted.hooks.length > 1) {
    const node = kept.list.children?.[kept.group];
    return {
      text: node === undefined ? rest : replaceBy(file, rest, node, oneLineEach(wanted)),
      present: true,
    };
  }
  const [entry] = wanted.hooks;
  return { text: isSame(kept.node, entry) ? rest : replaceBy(file, rest, kept.node, entry), present: true };
}

function isSameList(found: readonly Found[], wanted: readonly HookEntry[]): boolean {
  return (
    found.length === wanted.length &&
    wanted.every((entry, index) => {
      const node = found[index]?.node;
      return node !== undefined && isSame(node, entry);
    })
  );
}

function replaceBy(file: string, text: string, node: Node, value: unknown): string {
  const old = text.slice(node.offset, node.offset + node.length);
  const style = styleOf(text, treeOf(file, text));
  const indent = /[\r\n]/.test(old) ? lineIndent(text, node.offset) : undefined;
  return replaceNode(text, node, render(value, style, indent));
}

/** A long list of entries is written with one line each. */
function oneLineEach(group: HookGroup): unknown {
  return group.hooks.length === 1
    ? group
    : { ...group, hooks: group.hooks.map((entry) => new OneLine(entry)) };
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
  const added = oneLineEach(group);
  const hooks = properties(root).get('hooks')?.value;
  if (hooks === undefined) {
    containers.push('hooks', `hooks.${event}`);
    return appendMember(text, root, style, (indent) => member('hooks', { [event]: [added] }, style, indent));
  }
  const list = properties(hooks).get(event)?.value;
  if (list === undefined) {
    containers.push(`hooks.${event}`);
    return appendMember(text, hooks, style, (indent) => member(event, [added], style, indent));
  }
  return appendMember(text, list, style, (indent) => render(added, style, indent));
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

/** Takes out every entry of ours that `which` says; its second argument are those that come before in the file. */
function removeOwn(
  file: string,
  text: string,
  which: (found: Found, earlier: Found[]) => boolean,
  containers: readonly string[] | undefined,
): string {
  let rest = text;
  for (;;) {
    const found = findOwn(treeOf(file, rest));
    const target = found.find((entry, at) => which(entry, found.slice(0, at)));
    if (target === undefined) return rest;
    rest = removeOne(file, rest, target, containers);
  }
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
