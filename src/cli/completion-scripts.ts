/** The first line of each script: how `completion install` knows its own files. */
export const MARK = '# Completion of claude-hooks';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Also for bash 3.2, which has neither `mapfile` nor `compopt`. Nothing is evaluated: words are passed as they are. */
const BASH = `${MARK} for bash: source this file.
_claude_hooks() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default 2>/dev/null ;;
      ?*) COMPREPLY[\${#COMPREPLY[@]}]=$line ;;
    esac
  done < <(command claude-hooks __complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o nosort -F _claude_hooks claude-hooks 2>/dev/null || complete -F _claude_hooks claude-hooks
`;

const ZSH = `#compdef claude-hooks
${MARK} for zsh: put this file into a folder of $fpath, or source it after compinit.
_claude_hooks() {
  local line
  local -a found shown
  while IFS= read -r line; do
    case $line in
      :files) _files; return ;;
      *$'\\t'*) found+=("\${line%%$'\\t'*}"); shown+=("\${line%%$'\\t'*}  -- \${line#*$'\\t'}") ;;
      ?*) found+=("$line"); shown+=("$line") ;;
    esac
  done < <(command claude-hooks __complete zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && compadd -V claude-hooks -l -d shown -a found
}
if [ "\${funcstack[1]}" = _claude-hooks ]; then _claude_hooks "$@"; else compdef _claude_hooks claude-hooks; fi
`;

const FISH = `${MARK} for fish.
function __claude_hooks_complete
  set -l words (commandline -opc)
  set -l lines (command claude-hooks __complete fish -- $words[2..-1] (commandline -ct) 2>/dev/null)
  if test "$lines[1]" = ":files"
    __fish_complete_path (commandline -ct)
  else
    for line in $lines
      test -n "$line"; and printf '%s\\n' $line
    end
  end
end
complete -c claude-hooks -f -k -a '(__claude_hooks_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
