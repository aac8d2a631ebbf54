# The doorbell of claude-hooks: sourced by the command in Claude Code's settings, POSIX shell.
# Given: claude_hooks=<bell>:<scope>, h=<runtime directory>, n=<node, optional>; the event on standard input, or, before a
# command of the agent, read already: e.
# Writes the event to one file and starts Node only when there is something to do now. Always exits 0.

[ "${CLAUDE_HOOKS:-}" = 0 ] && exit 0
[ -n "${CLAUDE_HOOKS_DEPTH:-}" ] && exit 0
bell=${claude_hooks%%:*} scope=${claude_hooks#*:}

# The state directory, found by the same rule as src/store/paths.ts.
p=${CLAUDE_PROJECT_DIR:-$PWD} d=${CLAUDE_PROJECT_DIR:-$PWD} g=
while :; do
  if [ -d "$d/.git" ]; then
    g=$d/.git
    break
  fi
  if [ -f "$d/.git" ]; then
    IFS= read -r l <"$d/.git"
    case $l in "gitdir: /"*) g=${l#gitdir: } ;; "gitdir: "*) g=$d/${l#gitdir: } ;; esac
    if [ -f "$g/commondir" ]; then
      IFS= read -r l <"$g/commondir"
      case $l in /*) g=$l ;; ?*) g=$g/$l ;; esac
    fi
    break
  fi
  case $d in /*/*) d=${d%/*} ;; *) break ;; esac
done
if [ -n "$g" ]; then
  s=$g/claude-hooks
else
  case ${XDG_STATE_HOME:-} in /*) s=$XDG_STATE_HOME ;; *) s=${HOME:-}/.local/state ;; esac
  s=$s/claude-hooks/folders$p/@
fi

# Node 20 starts 3.4 times slower with this variable; what opens TLS connections reads the copy.
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
  export CLAUDE_HOOKS_CA_CERTS="$NODE_EXTRA_CA_CERTS"
  unset NODE_EXTRA_CA_CERTS
fi
find_node() {
  [ -n "${n:-}" ] && [ -x "$n" ] && return 0
  n=$(command -v node 2>/dev/null) && [ -n "$n" ] && return 0
  case ${XDG_DATA_HOME:-} in /*) l=$XDG_DATA_HOME ;; *) l=${HOME:-}/.local/share ;; esac
  [ -f "$l/claude-hooks/node" ] && IFS= read -r n <"$l/claude-hooks/node" && [ -x "$n" ] && return 0
  echo "claude-hooks: node was not found, so nothing was done; put node on PATH or run install again" >&2
  exit 0
}

if [ "$bell" = start ]; then
  find_node
  CLAUDE_HOOKS_SCOPE=$scope exec "$n" "$h/hooks/session-start.cjs"
fi

# A folder where no session was started through claude-hooks has no spool.
[ -d "$s/spool/tmp" ] || exit 0
[ -e "$s/flags/off" ] && exit 0

i=${CLAUDE_CODE_SESSION_ID:-}
case $i in *[!A-Za-z0-9._-]* | .*) i= ;; esac
# An edit is looked at only while the session has a partition in work.
[ "$bell" != edit ] || { [ -n "$i" ] && [ -s "$s/partition/$i" ]; } || exit 0

# Installed in two scopes, one of them handles a session: the one whose name stands here first.
set -C
if [ -n "$i" ]; then
  [ -f "$s/owner/$i" ] || { echo "$scope" >"$s/owner/$i"; } 2>/dev/null
  o=
  [ -f "$s/owner/$i" ] && IFS= read -r o <"$s/owner/$i"
  [ -z "$o" ] || [ "$o" = "$scope" ] || exit 0
fi

if [ "$bell" = edit ]; then
  find_node
  CLAUDE_HOOKS_SCOPE=$scope exec "$n" "$h/hooks/edit.cjs"
fi

if [ "$bell" = command ]; then
  [ -n "$g" ] || exit 0
  [ -e "$s/flags/no-before-command" ] && exit 0
  # Several rules may match one call: one entry saves, and the client waits for all of them.
  t=${e##*'"tool_use_id":"'} t=${t%%'"'*}
  case $t in
    '' | *[!A-Za-z0-9_-]*) ;;
    *) { true >"$s/calls/$t"; } 2>/dev/null || ! [ -e "$s/calls/$t" ] || exit 0 ;;
  esac
  find_node
  CLAUDE_HOOKS_SCOPE=$scope exec "$n" "$h/hooks/before-command.cjs" <<EVENT
$e
EVENT
fi

# One file an event: written aside, then published whole, never over another. `ln` starts faster than `mv`; the name
# aside goes when the event is claimed.
m=ln k=0
[ -e "$s/flags/no-links" ] && m=mv
while f=$bell-$$-$scope-$k && { [ -e "$s/spool/$f" ] || [ -e "$s/spool/tmp/$f" ]; }; do k=$((k + 1)); done
case :${PATH:-}: in *:/usr/bin:*) ;; *) PATH=${PATH:+$PATH:}/usr/bin:/bin ;; esac
x=
if [ "$bell" = prompt ] && ! [ -e "$s/flags/no-prompt-forms" ]; then
  # Might a line of the prompt begin with a form of src/prompts/forms.ts? One sed writes the event and looks, which costs
  # hardly more than head. Where sed is a link to a program of many names it may wait for a second line.
  look='("|\\([nrt]|u00..)) *(resume from checkpoint:|load context:|working on partition:|start session from template:|summarize the last |summarise the last |save checkpoint:|handoff to )'
  sed=
  for l in /usr/bin/sed /bin/sed; do
    [ -x "$l" ] && ! [ -h "$l" ] && sed=$l && break
  done
  write() {
    if [ -n "$sed" ]; then
      # The name is taken by the shell, which overwrites none.
      true >"$s/spool/tmp/$f" && x=$(
        CDPATH= LC_ALL=C && export LC_ALL && cd -P "$s/spool/tmp" && exec "$sed" -nE -e "w $f" \
          -e 'y/ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/' -e "/$look/s/.*/x/p" -e q
      )
    else
      head -n 1 >"$s/spool/tmp/$f" || return
      LC_ALL=C grep -qiE -e "$look" "$s/spool/tmp/$f" && x=x
      return 0
    fi
  }
else
  write() { head -n 1 >"$s/spool/tmp/$f"; }
fi
if ! { write; } 2>/dev/null; then
  rm -f "$s/spool/tmp/$f" 2>/dev/null
  echo "claude-hooks: this event could not be recorded in $s/spool; is the disk full or read-only? See: claude-hooks doctor" >&2
  exit 0
fi

# Nothing to do now? Then the shell becomes that command and is gone; where it fails, the event is found in tmp.
case $bell in
  prompt)
    if [ -n "$x" ]; then
      # Opened before a worker can take the file away.
      {
        $m "$s/spool/tmp/$f" "$s/spool/$f"
        find_node
        "$n" "$h/hooks/prompt.cjs" "$s" "$i" act
      } <"$s/spool/tmp/$f"
      exit 0
    fi
    [ -n "$i" ] && [ -s "$s/late/$i" ] || exec $m "$s/spool/tmp/$f" "$s/spool/$f"
    ;;
  stop)
    # The modification time of due/<session> is the time of the next checkpoint. A session with open steps of a template has
    # its todos looked at after each turn.
    if [ -n "$i" ] && ! [ -e "$s/templates/open/$i" ] && [ -e "$s/due/$i" ] && ! [ "$s/spool/tmp/$f" -nt "$s/due/$i" ]; then
      exec $m "$s/spool/tmp/$f" "$s/spool/$f"
    fi
    ;;
esac
$m "$s/spool/tmp/$f" "$s/spool/$f"
find_node
if [ "$bell" = prompt ]; then
  exec "$n" "$h/hooks/prompt.cjs" "$s" "$i" </dev/null
fi
"$n" "$h/hooks/worker.cjs" "$s" "$p" </dev/null >/dev/null 2>&1 &
if [ "$bell" = failure ] && ! [ -e "$s/flags/no-terminal" ]; then
  printf '%s\n' '{"terminalSequence":"\u001b]9;Claude Code: the turn ended in an API error\u0007"}'
fi
exit 0
