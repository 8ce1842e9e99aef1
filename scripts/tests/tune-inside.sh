# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # for the tests
#
# For tests of scripts/tune, which source this with their own arguments: they go on in a network and a mount namespace of
# their own. Of /proc/sys only what belongs to that can be written in there: the machine's settings are safe even from a mistake.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin

if [ "${1:-}" != inside ]; then
  if declare -F outside >/dev/null; then outside; fi
  for flags in '' -r; do
    # shellcheck disable=SC2086 # none or one
    if unshare $flags -n -m true 2>/dev/null; then exec unshare $flags -n -m bash "$0" inside; fi
  done
  echo "  skip  scripts/tune: network namespaces cannot be made here (root or user namespaces are needed)"
  exit 0
fi

. "$here/assert.sh"
if ! { mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys &&
  mount --bind /proc/sys/net /proc/sys/net && mount -o remount,bind,rw /proc/sys/net; }; then
  echo "  skip  scripts/tune: /proc/sys cannot be made read-only here"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sysctl_folder=$(cd "$here/../../sysctl" && pwd)
undo_file=$folder/state/tune.undo
ipv4=/proc/sys/net/ipv4

# tune ARGUMENT...: its exit code in $code, what it said in $said
tune() {
  said=$(TMPDIR=$folder "$here/../tune" "$@" 2>&1 </dev/null)
  code=$?
}
apply() { tune apply --state "$undo_file" "$@"; }
undo() { tune undo --state "$undo_file" "$@"; }
profile() {
  printf '%s\n' "$@" >"$folder/p.conf"
}
values() { cat "$ipv4/tcp_tw_reuse" "$ipv4/tcp_fin_timeout" "$ipv4/tcp_max_tw_buckets" "$ipv4/ip_local_port_range" "$ipv4/tcp_rmem" | tr '\n' ' '; }
machine_values() { cat /proc/sys/fs/file-max /proc/sys/fs/nr_open /proc/sys/net/core/rmem_max; }
original=$(values)
# Pairs to put back what a test writes by other means than scripts/tune.
saved=()
for key in tcp_tw_reuse tcp_fin_timeout tcp_max_tw_buckets tcp_syncookies tcp_rmem; do saved+=("$key $(cat "$ipv4/$key")"); done
machine=$(machine_values)
# Ctrl-C reaches a background job only where nobody told it to look away.
plain=(env "--default-signal=INT")
"${plain[@]}" true 2>/dev/null || plain=(env)
