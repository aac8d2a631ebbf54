/**
 * What husky 9.1.7 (MIT license, typicode) writes into `.husky/_`, so that the very same is there when husky
 * itself runs later; a test compares every byte with the package. husky's own function is not called: it
 * writes at once, where a plan is wanted, and it cannot be bundled.
 */
export const HUSKY_HOOKS = [
  'pre-commit',
  'pre-merge-commit',
  'prepare-commit-msg',
  'commit-msg',
  'post-commit',
  'applypatch-msg',
  'pre-applypatch',
  'post-applypatch',
  'pre-rebase',
  'post-rewrite',
  'post-checkout',
  'post-merge',
  'pre-push',
  'pre-auto-gc',
] as const;

const RUNNER = `#!/usr/bin/env sh
[ "$HUSKY" = "2" ] && set -x
n=$(basename "$0")
s=$(dirname "$(dirname "$0")")/$n

[ ! -f "$s" ] && exit 0

if [ -f "$HOME/.huskyrc" ]; then
	echo "husky - '~/.huskyrc' is DEPRECATED, please move your code to ~/.config/husky/init.sh"
fi
i="\${XDG_CONFIG_HOME:-$HOME/.config}/husky/init.sh"
[ -f "$i" ] && . "$i"

[ "\${HUSKY-}" = "0" ] && exit 0

export PATH="node_modules/.bin:$PATH"
sh -e "$s" "$@"
c=$?

[ $c != 0 ] && echo "husky - $n script failed (code $c)"
[ $c = 127 ] && echo "husky - command not found in PATH=$PATH"
exit $c
`;

const DEPRECATED = `echo "husky - DEPRECATED

Please remove the following two lines from $0:

#!/usr/bin/env sh
. \\"\\$(dirname -- \\"\\$0\\")/_/husky.sh\\"

They WILL FAIL in v10.0.0
"`;

/** The files of `.husky/_`: name, content, and whether it is executable. */
export function huskyInternalFiles(): { name: string; text: string; executable: boolean }[] {
  return [
    { name: '.gitignore', text: '*', executable: false },
    { name: 'h', text: RUNNER, executable: false },
    ...HUSKY_HOOKS.map((name) => ({
      name,
      text: '#!/usr/bin/env sh\n. "$(dirname "$0")/h"',
      executable: true,
    })),
    { name: 'husky.sh', text: DEPRECATED, executable: false },
  ];
}
