# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # for the loads
#
# What the loads share. A load is called in a fresh network namespace, which becomes the gateway's host, with: the
# library, the work folder, a process in the far end's namespace, its number, the settings, the JVM, the harness.
set -uo pipefail
export LC_ALL=C
lib=$1 work=$2 far=$3 number=$4 settings=$5 java=$6 jar=$7
# shellcheck source=scripts/lib/tune/text.sh
. "$lib/text.sh"
# shellcheck source=scripts/lib/tune/kernel.sh
. "$lib/kernel.sh"

fail() {
  echo "$1" >&2
  exit 1
}

far() { nsenter -t "$far" -n "$@"; }

# A link of its own, so that a namespace that is still going away is in nobody's way.
join() {
  local net=10.$((64 + number / 250)).$((number % 250))
  here=$net.2
  ip link set lo up && far ip link add "v$number" type veth peer name eth0 netns $$ &&
    far ip addr add "$net.1/24" dev "v$number" && far ip link set "v$number" up &&
    ip addr add "$here/24" dev eth0 && ip link set eth0 up && ip route add default via "$net.1" || fail 'cannot make the link'
}

# put KEY VALUE: never anything but a key of network namespaces
put() {
  local path
  path_of "$1"
  case $path in /proc/sys/net/*) ;; *) fail "$1 does not belong to a network namespace" ;; esac
  printf '%s\n' "$2" 2>/dev/null >"$path" || fail "cannot write $2 to $1"
}

# Of 28,232 ports that a host has by default, this many are left; a range of the profile's is cut to the same share.
ports=1300
narrow() { echo "32768 $((32768 + (($2 - $1 + 1) * ports + 14116) / 28232 - 1))"; }

prepare() {
  local one list=()
  join
  put net.ipv4.ip_local_port_range "$(narrow 32768 60999)"
  mapfile -t list < <(cat "$work/with"; tr ';' '\n' <<<"$settings")
  for one in "${list[@]}"; do
    [ -n "$one" ] || continue
    if [ "${one%%=*}" = net.ipv4.ip_local_port_range ]; then
      # shellcheck disable=SC2086 # two numbers
      put "${one%%=*}" "$(narrow ${one#*=})"
    else
      put "${one%%=*}" "${one#*=}"
    fi
  done
}

# counter NAME: one of TcpExt
counter() {
  awk -v "name=$1" '$1 == "TcpExt:" { if (!head) head = split($0, names); else for (i = 2; i <= head; i++) if (names[i] == name) print $i }' /proc/net/netstat
}

share() { awk -v "a=$1" -v "b=$2" 'BEGIN { printf "%.3f", b ? 100 * a / b : 0 }'; }

# result MEASURED LOST
result() { printf '%s\037%s' "$1" "$2"; }
