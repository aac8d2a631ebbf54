import type { DiffResult } from 'simple-git';

/**
 * How two trees differ, in lines, through simple-git. For answers to a person only: it waits 50 ms on a silent
 * command, and names given to it could pass for options, so it gets nothing but object ids.
 * @param from, to full object ids. @throws Error where one is not, or where git fails.
 */
export async function diffSummary(
  root: string,
  env: NodeJS.ProcessEnv,
  from: string,
  to: string,
): Promise<DiffResult> {
  for (const id of [from, to]) {
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) throw new Error(`not an object id: ${id}`);
  }
  const { simpleGit } = await import('simple-git');
  const git = simpleGit({ baseDir: root, trimmed: false, timeout: { block: 60_000 } }).env(minimalEnv(env));
  return git.diffSummary(['--no-ext-diff', '--no-textconv', '--no-renames', from, to]);
}

/** Only what git needs to start and to find the person's settings; simple-git refuses much of what else there is. */
function minimalEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = ['PATH', 'HOME', 'USERPROFILE', 'SYSTEMROOT', 'XDG_CONFIG_HOME', 'TMPDIR', 'TEMP'];
  const found = kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(found), LC_ALL: 'C' };
}
