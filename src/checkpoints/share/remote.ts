import { HooksError } from '../../errors.ts';
import { git } from '../../platform/git.ts';
import { visible } from '../../platform/terminal.ts';
import { redactText } from '../../redact/redact.ts';
import type { Repository } from '../../store/paths.ts';

/** A remote of the repository, as git's configuration has it. */
export interface Remote {
  name: string;
  /** What git is given: the name, or the address to push to where that is another one. May hold a password. */
  target: string;
  /** The address without passwords, safe to print. */
  url: string;
}

/** Names of the remotes, sorted. Those that git would take for an option are passed over. */
export async function listRemotes(repository: Repository): Promise<string[]> {
  const answer = await git(['remote'], { cwd: repository.root });
  return answer.stdout.split('\n').filter((name) => name !== '' && !name.startsWith('-'));
}

/**
 * The remote a person means: the one of that name, else that of the branch's upstream, else the only one.
 * @throws HooksError of kind `usage` where there is none, or several and no way to tell.
 */
export async function chooseRemote(
  repository: Repository,
  wanted: string | undefined,
  direction: 'fetch' | 'push',
): Promise<Remote> {
  const names = await listRemotes(repository);
  if (names.length === 0)
    throw usage('no-remote', 'This repository has no remote', 'Add one: git remote add NAME ADDRESS');
  if (wanted !== undefined) {
    if (names.includes(wanted)) return openRemote(repository, wanted, direction);
    throw usage(
      'remote-unknown',
      `There is no remote ${JSON.stringify(wanted)}`,
      `There are: ${listed(names)}`,
    );
  }
  const upstream = await upstreamRemote(repository);
  const name =
    upstream !== undefined && names.includes(upstream) ? upstream : names.length === 1 ? names[0] : undefined;
  if (name !== undefined) return openRemote(repository, name, direction);
  throw usage(
    'remote-ambiguous',
    `There are several remotes, and the branch has no upstream: ${listed(names)}`,
    `Name one: claude-hooks checkpoint ${direction} ${names[0] ?? 'NAME'}`,
  );
}

async function openRemote(
  repository: Repository,
  name: string,
  direction: 'fetch' | 'push',
): Promise<Remote> {
  const [from, to] = await Promise.all([
    addresses(repository, name, []),
    addresses(repository, name, ['--push']),
  ]);
  const wanted = direction === 'push' ? to : from;
  const [address] = wanted;
  if (address === undefined)
    throw usage(
      'remote-without-address',
      `The remote ${visible(name)} has no address`,
      `git remote set-url ${visible(name)} ADDRESS`,
    );
  if (direction === 'push' && wanted.length > 1)
    throw usage(
      'remote-many-addresses',
      `The remote ${visible(name)} pushes to ${wanted.length} addresses, which cannot be compared as one`,
      'Add a remote for the one you mean: git remote add NAME ADDRESS',
    );
  // What the remote holds is asked where it is pushed to.
  return {
    name,
    target: direction === 'push' && address !== from[0] ? address : name,
    url: shownAddress(address),
  };
}

async function addresses(repository: Repository, name: string, more: readonly string[]): Promise<string[]> {
  const answer = await git(['remote', 'get-url', '--all', ...more, '--', name], { cwd: repository.root });
  return answer.code === 0 ? answer.stdout.split('\n').filter((line) => line !== '') : [];
}

async function upstreamRemote(repository: Repository): Promise<string | undefined> {
  const options = { cwd: repository.root };
  const branch = (await git(['symbolic-ref', '--quiet', '--short', 'HEAD'], options)).stdout.trim();
  if (branch === '') return undefined;
  const answer = await git(['config', '--get', `branch.${branch}.remote`], options);
  return answer.stdout.trim() || undefined;
}

/** An address as it may be shown: nothing before the `@` of a URL but the user of ssh, no control characters. */
export function shownAddress(address: string): string {
  return visible(redactText(hideUsers(address)));
}

/** Words of git and the remote as they may be shown. */
export function shownWords(words: string): string {
  return visible(redactText(hideUsers(words)));
}

function hideUsers(text: string): string {
  return text.replace(
    /\b([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s/]{1,512})@/gi,
    (whole, scheme: string, user: string) =>
      /^(?:git\+)?ssh:/i.test(scheme) && !user.includes(':') ? whole : `${scheme}***@`,
  );
}

function listed(names: readonly string[]): string {
  return names.slice(0, 10).map(visible).join(', ') + (names.length > 10 ? ' ...' : '');
}

function usage(code: string, message: string, hint: string): HooksError {
  return new HooksError({ code, kind: 'usage', message, hint });
}
