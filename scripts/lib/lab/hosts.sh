# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The laboratory's hosts: network namespaces that a sleeping process each holds, and that end with it. They have no names on this
# machine, and live in a process namespace whose end is theirs. Addresses are of 198.18.0.0/15, which nobody routes (RFC 2544).

declare -A holder=()
redis_host=198.18.201.1 backend_host=198.18.202.1
redis_at=$redis_host:6379 backend_at=$backend_host:9101

# make_host NAME
make_host() {
  unshare --net sleep 100000 </dev/null >/dev/null 2>&1 &
  holder[$1]=$!
  started_pids+=("$!")
  local tick
  for tick in $(seq 200); do
    [ "$(readlink "/proc/${holder[$1]}/ns/net" 2>/dev/null)" != "$(readlink /proc/self/ns/net)" ] &&
      in_host "$1" ip link set lo up 2>/dev/null && return 0
    sleep 0.02
  done
  echo "scripts/lab: no namespace for $1" >&2
  return 1
}

# end_host NAME: with every interface to it
end_host() {
  kill -KILL "${holder[$1]}" 2>/dev/null
  wait "${holder[$1]}" 2>/dev/null
  unset "holder[$1]"
}

in_host() {
  local host=$1
  shift
  nsenter --net="/proc/${holder[$host]}/ns/net" -- "$@"
}

# join HOST GATEWAY NET: a veth pair between them, 198.18.NET.1 on the host's side and .2 on the gateway's
join() {
  local a=$2-$3 b=to-$1
  # The kernel removes those of a host that has ended some time later.
  in_host "$1" ip link del "$a" 2>/dev/null
  in_host "$1" ip link add "$a" type veth peer name "$b" netns "${holder[$2]}" &&
    in_host "$1" ip addr add "198.18.$3.1/24" dev "$a" && in_host "$1" ip link set "$a" up &&
    in_host "$2" ip addr add "198.18.$3.2/24" dev "$b" && in_host "$2" ip link set "$b" up
}

# make_gateway_host NAME NUMBER: joined to the three others
make_gateway_host() {
  make_host "$1" && join client "$1" $(($2 * 10)) && join redis "$1" $(($2 * 10 + 1)) && join backend "$1" $(($2 * 10 + 2)) &&
    in_host "$1" ip route add $redis_host/32 via "198.18.$(($2 * 10 + 1)).1" &&
    in_host "$1" ip route add $backend_host/32 via "198.18.$(($2 * 10 + 2)).1" &&
    setting "$1" tcp_tw_reuse 0 && setting "$1" tcp_syncookies 0
}

# setting HOST NAME VALUE
# shellcheck disable=SC2016 # expanded by the inner bash
setting() { in_host "$1" bash -c 'echo "$1" >"/proc/sys/net/ipv4/$0"' "$2" "$3"; }

# shared_hosts: client, Redis and backend, which every gateway host is joined to
shared_hosts() {
  make_host client && make_host redis && make_host backend &&
    in_host redis ip addr add $redis_host/32 dev lo && in_host backend ip addr add $backend_host/32 dev lo
}
