#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# churn: the article's first gateway. Each call opens a connection, gets its answer and closes first, towards four
# destinations, until their ports are in TIME_WAIT; then some more, when those are old enough for tcp_tw_reuse.
# shellcheck source=scripts/lib/tune/load.sh
. "$1/load.sh"
prepare

# calls DESTINATION N: counts what was answered; what has no port says so on stderr
calls() {
  local i ok=0 answer
  for ((i = 0; i < $2; i++)); do
    exec 3<>"/dev/tcp/10.63.0.$1/7000" || continue
    echo q >&3
    read -r -t 30 answer <&3 && [ "$answer" = ok ] && ok=$((ok + 1))
    exec 3>&-
  done
  echo "$ok"
}

# wave N: that many to each destination, at the same time
wave() {
  local i pids=()
  for i in 1 2 3 4; do
    calls "$i" "$1" >>"$work/run.$number.ok" 2>>"$work/run.$number.errors" &
    pids+=($!)
  done
  wait "${pids[@]}"
}

: >"$work/run.$number.ok"
: >"$work/run.$number.errors"
began=$SECONDS
wave "$ports"
# Before 6.14 the kernel counts whole seconds here.
delay=$(present net.ipv4.tcp_tw_reuse_delay) || delay=2000
sleep "$(awk -v "ms=$delay" 'BEGIN { print (ms + 100) / 1000 }')"
wave 200
# TIME_WAIT ends after 60 s by itself: a run that took as long shows nothing.
[ $((SECONDS - began)) -lt 50 ] || fail 'the machine is too busy: a run took 50 s'

answered=$(awk '{ sum += $1 } END { print sum }' "$work/run.$number.ok")
no_port=$(grep -c '/dev/tcp/.*: Cannot assign requested address' "$work/run.$number.errors")
tried=$((4 * ports + 800))
[ $((answered + no_port)) = "$tried" ] ||
  fail "of $tried calls $answered were answered and $no_port had no port: $(grep -v 'Cannot assign' "$work/run.$number.errors" | head -n 1)"
result "$(share "$answered" "$tried")" "$(share "$(counter TCPTimeWaitOverflow)" "$answered")"
