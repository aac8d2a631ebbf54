import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** A git in front of the real one, for processes of this test only. */
export interface GitWrapper {
  /** The commands git was started with since the last call, such as `status`. */
  calls(): string[];
  remove(): void;
}

/**
 * Puts a shell script in front of git that notes each call.
 * @param before shell code that runs before the real git, with `$command` as its subcommand and all words in `$@`.
 */
export function wrapGit(before = ''): GitWrapper {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-git-'));
  const log = path.join(folder, 'calls');
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const old = process.env.PATH ?? '';
  fs.writeFileSync(log, '');
  fs.writeFileSync(
    path.join(folder, 'git'),
    `#!/bin/sh
command=; skip=
for word; do
  if [ -n "$skip" ]; then skip=; continue; fi
  case $word in -c|-C) skip=1 ;; -*) ;; *) command=$word; break ;; esac
done
echo "$command" >>'${log}'
${before}
exec '${real}' "$@"
`,
    { mode: 0o755 },
  );
  process.env.PATH = `${folder}${path.delimiter}${old}`;
  return {
    calls() {
      const said = fs
        .readFileSync(log, 'utf8')
        .split('\n')
        .filter((word) => word !== '');
      fs.writeFileSync(log, '');
      return said;
    },
    remove() {
      process.env.PATH = old;
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
