# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What comes before the laboratory's namespaces, which have no network: packages, jars, a work folder. Sourced by scripts/lab.

alone=(--net --pid --fork --kill-child --mount-proc)
[ "$(id -u)" = 0 ] || alone=(--map-root-user "${alone[@]}")
install_missing "$(missing_commands unshare nsenter ip ss)" util-linux iproute2 || exit 2
# A namespace in the namespace, and a pair of interfaces between them: all that the laboratory is made of.
# shellcheck disable=SC2016 # expanded by the inner bash
probe='unshare --net sleep 10 & p=$!; for i in $(seq 100); do ip link add name near type veth peer name far netns "$p" 2>/dev/null && exit 0; sleep 0.05; done; exit 1'
unshare "${alone[@]}" bash -c "$probe" 2>/dev/null ||
  refuse "this needs root, or user namespaces, which are not allowed here: run it as root"

work=$(mktemp -d "${TMPDIR:-/tmp}/penstock-lab.XXXXXX")
# Workers of nginx that root started are somebody else.
chmod 711 "$work"
# The first process of our namespaces takes all others with it; and what still writes while it ends must not keep the folder.
inside=''
# shellcheck disable=SC2317 # called by the traps
end_outside() {
  trap - EXIT
  trap "" INT TERM
  local tick
  [ -z "$inside" ] || { kill -KILL "$inside" && wait "$inside"; } 2>/dev/null
  for tick in $(seq 50); do
    rm -rf "$work" 2>/dev/null && [ "$tick" != 1 ] && break
    sleep 0.05
  done
  end_pids ${started_pids[@]+"${started_pids[@]}"}
}
trap end_outside EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

left=''
[ -n "$subjects" ] && asked=1 || asked='' subjects=${subjects:-penstock,nginx}
case ,$subjects, in
  *,nginx,*)
    if ! install_missing "$(missing_lua)" "${lua_packages[@]}"; then
      [ -z "$asked" ] || exit 2
      subjects=penstock
      left="nginx with Lua is left out: its Debian packages could not be installed."
    fi
    ;;
esac
install_missing "$(missing_commands redis-server)" redis-server || exit 2
build_penstock && build_jar harness || exit $?

mkdir -p "$work/run"
{
  printf 'kernel\t%s\ndate\t%s\ncommand\tscripts/lab %s\n' "$(uname -r)" "$(date -u '+%Y-%m-%d %H:%M')" "${original[*]}"
  [ -z "$short" ] || printf 'short\tyes\n'
  [ -z "$left" ] || printf 'left\t%s\n' "$left"
} >"$work/run/facts"
: >"$work/run/stages"

PENSTOCK_LAB_WORK=$work PENSTOCK_LAB_SUBJECTS=$subjects unshare "${alone[@]}" bash "$root/scripts/lab" "${original[@]}" &
inside=$!
wait "$inside" || exit $?
inside=''

show=(--in "$work/run" --out "$out")
[ -z "$json" ] || show+=(--json)
"$JAVA_HOME/bin/java" -Xmx256m -jar harness/target/penstock-harness.jar lab-report "${show[@]}"
code=$?
[ -n "$json" ] || {
  echo
  [ -z "$left" ] || echo "$left"
  echo "$out/report.html, report.json"
}
exit "$code"
