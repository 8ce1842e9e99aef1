#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# try, the inside: the first process of a process namespace, in a network and a mount namespace of its own. This is
# where the destinations are. Each run gets a fresh network namespace for the gateway's host, and a link to it.
set -uo pipefail
lib=$1 work=$2 rounds=$3 java=$4 jar=$5
trap 'exit 130' INT TERM HUP

fail() {
  echo "scripts/tune: $1" >&2
  exit 1
}

# Whatever comes: only keys of network namespaces can be written from here on.
{ mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys &&
  mount --bind /proc/sys/net /proc/sys/net && mount -o remount,bind,rw /proc/sys/net; } || fail "cannot make /proc/sys read-only"

ip link set lo up || fail "cannot make a network namespace"
for i in 1 2 3 4; do ip addr add "10.63.0.$i/32" dev lo || fail "cannot add an address"; done
"$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$jar" sink --address 0.0.0.0 --port 7000 --backlog 4096 \
  >"$work/sink" 2>&1 &
sink=$!
for i in $(seq 600); do
  grep -q '^ready' "$work/sink" && break
  kill -0 "$sink" 2>/dev/null || fail "the far end did not start: $(tail -n 3 "$work/sink")"
  sleep 0.1
done
grep -q '^ready' "$work/sink" || fail "the far end was not ready within a minute"

# one_run NAME LOAD ROUND SIDE SETTINGS NUMBER: one measurement, its line added to the results
one_run() {
  local line
  line=$(unshare -n bash "$lib/load-$2.sh" "$lib" "$work" "$$" "$6" "$5" "$java" "$jar" 2>"$work/run.$6") || {
    echo "scripts/tune: $2, side $4: $(tail -n 2 "$work/run.$6")" >&2
    return 1
  }
  rm -f "$work/run.$6" "$work/run.$6".*
  # One short write, so that two lanes do not mix.
  printf '%s\037%s\037%s\037%s\037%s\n' "$1" "$2" "$3" "$4" "$line" >>"$work/results"
  progress
}

# For people who wait at a terminal: a line that is written over.
progress() {
  [ -t 2 ] || return 0
  printf '\rscripts/tune: %d runs of %d, or more where it is not clear yet ' "$(wc -l <"$work/results")" $((${#plan[@]} * rounds * 2)) >&2
}

# settled NAME LOAD: whether more rounds can change the verdict. All together are harmful with what is harmful alone.
settled() {
  [ "$(verdict_of "$1" "$2")" != undecided ] && return 0
  [ "$1" = all ] && LC_ALL=C awk -f "$lib/verdict.awk" "$work/results" | awk -F '\037' '$1 != "all" && $3 == "harmful" { found = 1 } END { exit !found }'
}

verdict_of() {
  LC_ALL=C awk -f "$lib/verdict.awk" "$work/results" | awk -F '\037' -v "name=$1" -v "load=$2" '$1 == name && $2 == load { print $3 }'
}

# compare NUMBER LINE: A/B/A/B until it is decided, or three times as many rounds are over
compare() {
  local name load settings round base=$(($1 * 200))
  IFS=$'\037' read -r name load settings <<<"$2"
  for ((round = 1; round <= rounds * 3; round++)); do
    one_run "$name" "$load" "$round" A '' $((base + 2 * round)) || return 1
    one_run "$name" "$load" "$round" B "$settings" $((base + 2 * round + 1)) || return 1
    [ "$round" -ge "$rounds" ] && settled "$name" "$load" && break
  done
  [ "$round" -le $((rounds * 3)) ] || round=$((rounds * 3))
  [ "$name" != all ] || settings='all together'
  [ ! -t 2 ] || printf '\r%79s\r' '' >&2
  echo "scripts/tune: $settings ($load): $round rounds" >&2
}

# Three lanes, each of which takes what is next: most of a run is waiting for sockets to get older.
lane() {
  local number
  for number in "${!plan[@]}"; do
    mkdir "$work/taken.$number" 2>/dev/null || continue
    compare "$number" "${plan[$number]}" || return 1
  done
}
mapfile -t plan <"$work/plan"
echo "scripts/tune: ${#plan[@]} comparisons of $rounds rounds and more, each with and without" >&2
lanes=()
for _ in 1 2 3; do
  lane &
  lanes+=($!)
done
code=0
for one in "${lanes[@]}"; do wait "$one" || code=1; done
exit "$code"
