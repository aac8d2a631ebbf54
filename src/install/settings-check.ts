import type { Node } from 'jsonc-parser';
import { properties } from './json-edit.ts';
import { type Complaint, kindOf, list } from './json-rules.ts';
import { CLIENT_EVENTS, groupRule, settingsRule } from './settings-schema.ts';
import { refuse, type SettingsText } from './settings-text.ts';

/**
 * Whether a settings file can be edited and would count afterwards.
 * @param events the events we are about to edit: their values must be arrays.
 * @returns warnings about what keeps the hooks from running although the file is fine.
 * @throws HooksError (conflict) for what makes the client drop the file, and for what cannot be edited safely.
 */
export function checkSettings(settings: SettingsText, events: readonly string[]): string[] {
  const { root } = settings;
  if (root === undefined) return [];
  if (root.type !== 'object')
    throw refuse(settings, root.offset, 'not-object', `the file holds ${kindOf(root)} instead of an object`, {
      clientDrops: true,
    });
  refuseDuplicates(settings, root, ['hooks'], '');
  const wrong = settingsRule(root, '');
  if (wrong !== undefined) throw invalid(settings, wrong);
  const top = properties(root);
  const hooks = top.get('hooks')?.value;
  if (hooks !== undefined) checkHooks(settings, hooks, events);
  const off = top.get('disableAllHooks')?.value.value === true;
  return off
    ? [
        `${settings.file} sets "disableAllHooks": true: until that is removed, no hook of any settings file runs.`,
      ]
    : [];
}

function checkHooks(settings: SettingsText, hooks: Node, events: readonly string[]): void {
  if (hooks.type !== 'object')
    throw invalid(settings, { node: hooks, what: `"hooks" must be an object, here it is ${kindOf(hooks)}` });
  refuseDuplicates(settings, hooks, events, 'hooks.');
  for (const [event, { value }] of properties(hooks)) {
    if (value.type === 'array') {
      const wrong = CLIENT_EVENTS.has(event) ? list(groupRule)(value, `hooks.${event}`) : undefined;
      if (wrong !== undefined) throw invalid(settings, wrong);
    } else if (events.includes(event)) {
      throw refuse(
        settings,
        value.offset,
        'event-not-array',
        `hooks.${event} is not an array, so nothing can be added to it`,
        { clientDrops: false },
      );
    }
  }
}

function refuseDuplicates(settings: SettingsText, node: Node, keys: readonly string[], prefix: string): void {
  for (const key of keys) {
    const [, second] = (node.children ?? []).filter((property) => property.children?.[0]?.value === key);
    if (second === undefined) continue;
    throw refuse(settings, second.offset, 'duplicate-key', `"${prefix}${key}" stands in the file twice`, {
      clientDrops: false,
      hint: 'Merge the two by hand (the client only reads the last one), then run the same command again.',
    });
  }
}

function invalid(settings: SettingsText, complaint: Complaint): Error {
  return refuse(settings, complaint.node.offset, 'invalid', complaint.what, { clientDrops: true });
}
