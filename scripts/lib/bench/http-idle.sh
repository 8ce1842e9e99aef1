# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Idle keep-alive connections: what each costs in memory. Sourced by scripts/lib/bench/http.sh.

idle=10000
[ "$(ulimit -n)" -gt $((idle + 500)) ] || refuse "--idle needs more than $((idle + 500)) descriptors (ulimit -n: $(ulimit -n))"

# settled_rss NAME PID: resident KiB; of a JVM after a full collection
settled_rss() {
  if compiled "$1"; then
    "$JAVA_HOME/bin/jcmd" "$2" GC.run >/dev/null 2>&1 || return 1
  fi
  sleep 1
  rss_kib "$2"
}

# wait_held: until the holder has them all, at most 2 min
wait_held() {
  local tick
  for tick in $(seq 1200); do
    grep -q '"holding"' "$work/hold.log" 2>/dev/null && return 0
    kill -0 "$holder" 2>/dev/null || break
    sleep 0.1
  done
  echo "the connections could not be held:" >&2
  tail -n 5 "$work/hold.log" >&2
  return 1
}

# Ends the holder and waits for its count, which takes no time: it must have kept them all.
all_stayed_open() {
  kill -TERM "$holder"
  wait "$holder" 2>/dev/null
  grep -q "\"open\":$idle}" "$work/hold.log" && return 0
  echo "$1 closed idle connections: $(tail -n 1 "$work/hold.log")" >&2
  return 1
}

idle_turn() {
  local name=${names[$1]} port=${ports[$1]} pid=${pids[$1]} before after
  before=$(settled_rss "$name" "$pid") || return 1
  spawn hold "$JAVA_HOME/bin/java" -Xmx256m -XX:+UseSerialGC -jar harness/target/penstock-harness.jar \
    hold --to "http://127.0.0.1:$port/" --connections "$idle" --json
  holder=$spawned
  wait_held || return 1
  after=$(settled_rss "$name" "$pid") || return 1
  all_stayed_open "$name" || return 1
  printf '%s\t%s\t%s\t%.3f\n' "$name" "$before" "$after" "$(awk -v n="$idle" -v kib=$((after - before)) 'BEGIN { print kib / n }')" >>"$work/turns"
}

# One process for each, and only one turn: what a process once had for its connections it keeps for the next ones.
rounds=1
start_parties
warm_up_small
in_turn idle_turn
report "$work/turns"
