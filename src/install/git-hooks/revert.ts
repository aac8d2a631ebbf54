import { readBytesIfExists } from '../../platform/fs.ts';
import { GIT_HOOK_CATALOG } from '../hook-catalog.ts';
import { removeBlocks } from './block.ts';
import { isHooksPathSurgical, revertHooksPath } from './git-config.ts';
import { isWrapperText, ORIGINAL_SUFFIX } from './hook-file.ts';
import { removeFromPrepare } from './husky.ts';
import { jsonTree, removeFromJson, setInJson, stringAt } from './json-text.ts';
import { COMMAND_NAME } from './lefthook-yaml.ts';
import { isShim } from './shim.ts';

/**
 * Takes exactly our part out of a file that others have changed since it was installed.
 * @param surgical the name the planned action carried.
 * @returns the bytes to write (equal to `bytes` where nothing of ours is left in them); undefined: delete it.
 */
export function revertGitHookFile(surgical: string, file: string, bytes: Buffer): Buffer | undefined {
  if (isHooksPathSurgical(surgical)) return revertHooksPath(surgical, bytes);
  if (surgical.startsWith('git-hooks:prepare=')) {
    return editJson(bytes, (text) => revertPrepare(text, surgical.slice('git-hooks:prepare='.length)));
  }
  if (surgical.startsWith('git-hooks:commands=')) {
    return editJson(bytes, (text) => revertCommands(text, surgical.slice('git-hooks:commands='.length)));
  }
  switch (surgical) {
    case 'git-hooks:lefthook-json':
      return editJson(bytes, revertLefthookJson);
    case 'git-hooks:lefthook-lines':
      return withoutBlocks(bytes, (rest) => rest.trim() === '');
    case 'git-hooks:lefthook-script':
      // lefthook has written it anew, and removes it itself once its configuration has no such hook.
      return bytes;
    case 'git-hooks:wrapper':
      return revertWrapper(file, bytes);
    case 'git-hooks:original':
      return isWrapped(file) ? bytes : undefined;
    case 'git-hooks:shim':
      return isShim(bytes) ? undefined : bytes;
    case 'git-hooks:simple-git-hooks':
      return withoutBlocks(bytes, isPrependOnly);
    default:
      return withoutBlocks(bytes, isBareShell);
  }
}

/** Nothing but a first line and what husky 4 to 8 needs: without our lines such a hook does nothing. */
function isBareShell(text: string): boolean {
  return text
    .split('\n')
    .every((line) => /^\s*$|^#!/.test(line) || /^\s*\.[ \t]+[^\n]*_\/husky\.sh/.test(line));
}

function isPrependOnly(text: string): boolean {
  return isBareShell(text) || /SIMPLE_GIT_HOOKS_RC"\nfi\s*$/.test(text);
}

function withoutBlocks(bytes: Buffer, isNothing: (rest: string) => boolean): Buffer | undefined {
  const rest = removeBlocks(bytes.toString('latin1'));
  if (rest === undefined) return bytes;
  return isNothing(rest) ? undefined : Buffer.from(rest, 'latin1');
}

/**
 * The hook that was moved aside comes back; what others wrote behind the wrapper's `exec` never ran. Where it
 * is gone, only our lines go.
 */
function revertWrapper(file: string, bytes: Buffer): Buffer | undefined {
  if (!isWrapperText(bytes)) return withoutBlocks(bytes, isBareShell);
  return readBytesIfExists(`${file}${ORIGINAL_SUFFIX}`) ?? withoutBlocks(bytes, isBareShell);
}

/** Whether the hook beside a file that was moved aside still leads to it. */
function isWrapped(aside: string): boolean {
  const hook = aside.slice(0, -ORIGINAL_SUFFIX.length);
  return isWrapperText(readBytesIfExists(hook) ?? Buffer.alloc(0));
}

function editJson(bytes: Buffer, edit: (text: string) => string): Buffer | undefined {
  const text = bytes.toString('utf8');
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const body = text.slice(mark.length);
  if (!Buffer.from(text).equals(bytes)) return bytes;
  const edited = edit(body);
  return edited.trim() === '{}' && body.trim() !== '{}' ? undefined : Buffer.from(mark + edited);
}

function revertPrepare(text: string, command: string): string {
  const script = stringAt(jsonTree(text), ['scripts', 'prepare']);
  if (script === undefined) return text;
  const rest = removeFromPrepare(script, command);
  if (rest === script) return text;
  if (rest === undefined) return removeFromJson(text, ['scripts', 'prepare']);
  return setInJson(text, ['scripts', 'prepare'], rest) ?? text;
}

function revertCommands(text: string, keys: string): string {
  const prefix = keys === '' ? [] : keys.split('/');
  let result = text;
  for (const hook of GIT_HOOK_CATALOG) {
    const command = stringAt(jsonTree(result), [...prefix, hook]);
    const rest = command === undefined ? undefined : removeBlocks(command);
    if (rest === undefined) continue;
    result =
      rest.trim() === ''
        ? removeFromJson(result, [...prefix, hook])
        : (setInJson(result, [...prefix, hook], rest) ?? result);
  }
  return result;
}

function revertLefthookJson(text: string): string {
  let result = text;
  for (const hook of GIT_HOOK_CATALOG)
    result = removeFromJson(result, [hook, 'commands', COMMAND_NAME], true);
  return result;
}
