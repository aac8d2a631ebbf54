# The bell of git's hooks: sourced by the lines claude-hooks puts into a git hook. POSIX shell.
# Given: claude_hooks=<hook>, claude_hooks_at=<runtime directory>, claude_hooks_node=<node, or empty>; "$@" is
# what git gave the hook. The hook it is sourced into keeps its options, directory, arguments and standard
# input. Returns 0; only a pre-push that holds commits marked WIP exits, with 1.

[ "${CLAUDE_HOOKS-}" != 0 ] && [ -z "${CLAUDE_HOOKS_DEPTH-}" ] || return 0

# The state directory, by the rule of src/store/paths.ts. git names its directory where it is not plain .git.
claude_hooks_git=${GIT_DIR-}
if [ -z "$claude_hooks_git" ]; then
  claude_hooks_git=$PWD
  while [ ! -e "$claude_hooks_git/.git" ]; do
    case $claude_hooks_git in /*/*) claude_hooks_git=${claude_hooks_git%/*} ;; *) return 0 ;; esac
  done
  claude_hooks_git=$claude_hooks_git/.git
fi
case $claude_hooks_git in /*) ;; *) claude_hooks_git=$PWD/$claude_hooks_git ;; esac
if [ -f "$claude_hooks_git" ]; then
  IFS= read -r claude_hooks_line <"$claude_hooks_git" || :
  case $claude_hooks_line in
    "gitdir: /"*) claude_hooks_git=${claude_hooks_line#gitdir: } ;;
    "gitdir: "*) claude_hooks_git=${claude_hooks_git%/*}/${claude_hooks_line#gitdir: } ;;
    *) return 0 ;;
  esac
fi
claude_hooks_state=$claude_hooks_git
if [ -f "$claude_hooks_git/commondir" ]; then
  IFS= read -r claude_hooks_line <"$claude_hooks_git/commondir" || :
  case $claude_hooks_line in
    /*) claude_hooks_state=$claude_hooks_line ;;
    ?*) claude_hooks_state=$claude_hooks_git/$claude_hooks_line ;;
  esac
fi
claude_hooks_state=$claude_hooks_state/claude-hooks

# A repository no session was started in has no spool.
[ -d "$claude_hooks_state/spool/tmp" ] && [ ! -e "$claude_hooks_state/flags/off" ] || return 0

# In the middle of a rebase git copies commits; post-rewrite tells of them when it is over.
if [ -d "$claude_hooks_git/rebase-merge" ] || [ -d "$claude_hooks_git/rebase-apply" ]; then
  case $claude_hooks/${1-} in post-rewrite/rebase | pre-push/* | post-merge/*) ;; *) return 0 ;; esac
fi

case $claude_hooks in
  # Of a checkout: 1 is a change of branch, 0 a change of files.
  post-checkout) [ "${3-}" = 1 ] || return 0 ;;
esac
case $claude_hooks in
  post-*)
    # One line of JSON, made without starting a process: a git hook is to cost little more than its shell.
    claude_hooks_event='{"hook_event_name":"git","git_hook":"'$claude_hooks'"' claude_hooks_sign=',"cwd":"'
    for claude_hooks_rest in "$PWD" "$@"; do
      claude_hooks_word=
      while :; do
        case $claude_hooks_rest in
          # What would need more escaping than this is left out.
          *[[:cntrl:]]*)
            claude_hooks_word=
            break
            ;;
          *[\\\"]*)
            claude_hooks_line=${claude_hooks_rest%%[\\\"]*}
            claude_hooks_rest=${claude_hooks_rest#"$claude_hooks_line"}
            case $claude_hooks_rest in
              \\*) claude_hooks_word=$claude_hooks_word$claude_hooks_line\\\\ ;;
              *) claude_hooks_word=$claude_hooks_word$claude_hooks_line\\\" ;;
            esac
            claude_hooks_rest=${claude_hooks_rest#?}
            ;;
          *)
            claude_hooks_word=$claude_hooks_word$claude_hooks_rest
            break
            ;;
        esac
      done
      claude_hooks_event=$claude_hooks_event$claude_hooks_sign$claude_hooks_word
      case $claude_hooks_sign in ,*) claude_hooks_sign='","args":["' ;; *) claude_hooks_sign='","' ;; esac
    done
    case $claude_hooks_sign in *args*) claude_hooks_sign='","args":[' ;; *) claude_hooks_sign='"' ;; esac
    claude_hooks_line=${CLAUDE_CODE_SESSION_ID-}
    case $claude_hooks_line in *[!A-Za-z0-9._-]*) claude_hooks_line= ;; esac
    claude_hooks_event=$claude_hooks_event$claude_hooks_sign'],"session_id":"'$claude_hooks_line'"}'

    # A name no other process has; written with one write, and the reader waits for the end of the line.
    claude_hooks_line=0
    while
      claude_hooks_word=$claude_hooks_state/spool/g-$claude_hooks-$$-$claude_hooks_line
      [ -e "$claude_hooks_word" ]
    do claude_hooks_line=$((claude_hooks_line + 1)); done
    { printf '%s\n' "$claude_hooks_event" >"$claude_hooks_word"; } 2>/dev/null || {
      rm -f "$claude_hooks_word"
      echo "claude-hooks: this $claude_hooks could not be recorded in $claude_hooks_state/spool; is the disk full or read-only? See: claude-hooks doctor" >&2
      return 0
    }
    [ -e "$claude_hooks_state/flags/git-now" ] || return 0
    (
      # Node 20 starts 3.4 times slower with this variable; what opens TLS connections reads the copy.
      if [ -n "${NODE_EXTRA_CA_CERTS-}" ]; then
        export CLAUDE_HOOKS_CA_CERTS="$NODE_EXTRA_CA_CERTS"
        unset NODE_EXTRA_CA_CERTS
      fi
      n=${claude_hooks_node-}
      [ -x "$n" ] || n=$(command -v node) || exit 0
      "$n" "$claude_hooks_at/hooks/worker.cjs" "$claude_hooks_state" "$PWD" </dev/null >/dev/null 2>&1 &
    )
    return 0
    ;;
esac

case $claude_hooks in
  prepare-commit-msg)
    # Only for a message that exists before an editor opens: a trailer in an empty message would turn "leave it
    # empty to abort" into a commit. Merges, squashes and copied commits keep the message git gave them.
    case ${2-} in message | commit) ;; *) return 0 ;; esac
    [ ! -e "$claude_hooks_state/flags/no-trailer" ] && [ ! -e "$claude_hooks_git/CHERRY_PICK_HEAD" ] || return 0
    (
      [ -z "${ZSH_VERSION-}" ] || emulate sh
      set +eu
      i=${CLAUDE_CODE_SESSION_ID-} k=0
      case $i in *[!A-Za-z0-9._-]* | .*) i= ;; esac
      if [ -z "$i" ]; then
        # Exactly one session whose client is alive; its process id is the first line of its file.
        for f in "$claude_hooks_state"/live/*; do
          p=
          [ -f "$f" ] && IFS= read -r p <"$f"
          case $p in '' | *[!0-9]*) continue ;; esac
          kill -0 "$p" 2>/dev/null && k=$((k + 1)) i=${f##*/}
        done
        case $k/$i in */*[!A-Za-z0-9._-]*) exit 0 ;; 1/?*) ;; *) exit 0 ;; esac
      fi
      while IFS= read -r l || [ -n "$l" ]; do
        case $l in
          '#'*) ;;
          *[![:space:]]*)
            exec git interpret-trailers --in-place --no-divider --where end --if-exists doNothing \
              --if-missing add --trailer "Claude-Session: $i" -- "$1"
            ;;
        esac
      done <"$1"
    ) || :
    return 0
    ;;

  pre-push)
    [ ! -e "$claude_hooks_state/flags/no-wip-guard" ] || return 0
    # One line a ref: <local ref> <its commit> <remote ref> <the remote's commit>. The hook gets them back below.
    claude_hooks_line=$(cat)
    claude_hooks_git=$(
      [ -z "${ZSH_VERSION-}" ] || emulate sh
      set +eu
      while read -r l o r b; do
        case $o in *[!0]*) ;; *) continue ;; esac
        case $b in
          *[!0]*) set -- "^$b" "--remotes=${1:-origin}" "$@" ;;
          *) set -- --remotes --remotes "$@" ;;
        esac
        git --no-pager -c log.showSignature=false log --no-color --ignore-missing \
          --format='%(trailers:key=Claude-WIP,keyonly,separator=%x20)|%h %s' "$o" --not "${1#^}" "$2" -- 2>/dev/null |
          while IFS='|' read -r t s; do
            case $t/${s#* } in
              [Cc]laude-[Ww][Ii][Pp]*/* | */[Ww][Ii][Pp] | */[Ww][Ii][Pp][!A-Za-z0-9_]* | */'['[Ww][Ii][Pp]']'*)
                printf '  %s  (to %s)\n' "$s" "${r#refs/heads/}"
                ;;
            esac
          done
        shift 2
      done <<EOF_REFS
$claude_hooks_line
EOF_REFS
    ) || :
    if [ -n "$claude_hooks_git" ]; then
      printf '%s\n' "claude-hooks: not pushed, because these commits are marked WIP:" "$claude_hooks_git" \
        "Finish or squash them; or push them as they are: git push --no-verify (always: \"git\": {\"blockWip\": false} in .claude-sessionrc)." >&2
      exit 1
    fi
    if [ -n "$claude_hooks_line" ]; then
      exec <<EOF_REFS
$claude_hooks_line
EOF_REFS
    else
      exec </dev/null
    fi
    return 0
    ;;
esac
