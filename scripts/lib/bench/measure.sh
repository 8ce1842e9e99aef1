# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# One turn of load on one port, and what it cost.

connections=16
streams=8
# What a gRPC client sends for a call with a message of 32 bytes.
call_head=(-H 'content-type: application/grpc' -H 'te: trailers' -H 'jobid: demo-1')

prepare_load() { printf '\0\0\0\0\04001234567890123456789012345678901' >"$work/call"; }

# load PORT REQUESTS [CONNECTIONS]: sets ok and rps; fails when not every answer was 2xx with the backend's bytes
load() {
  local out=$work/h2load.out bytes expected
  ok=0 rps=0
  timeout 120 h2load -c "${3:-$connections}" -m "$streams" -t 1 -n "$2" -T "${load_limit:-100s}" "${call_head[@]}" -d "$work/call" \
    "http://127.0.0.1:$1$backend_path" >"$out" 2>&1 </dev/null || {
    echo "h2load failed:" >&2
    tail -n 5 "$out" >&2
    return 1
  }
  # `succeeded` counts a reset stream too, and `status codes` one that lost its body: the bytes tell.
  ok=$(awk '/^status codes:/ { print $3 }' "$out")
  rps=$(awk '/^finished in/ { print $4 }' "$out")
  bytes=$(sed -n 's/^traffic:.*(\([0-9]*\)) data$/\1/p' "$out")
  expected=$(($2 * $(stat -c %s "$work/www$backend_path")))
  [ "$ok" = "$2" ] && [ "$bytes" = "$expected" ] && return 0
  echo "$ok of $2 answers were 2xx, with $bytes bytes of data where $expected were expected" >&2
  grep -E '^(requests|status codes):' "$out" >&2
  return 1
}

# One call by another client: it must carry the backend's mark and its trailer, or nothing was proxied.
proves_itself() {
  local answer
  answer=$(timeout 10 nghttp -v --no-verify-peer "${call_head[@]}" -d "$work/call" "http://127.0.0.1:$1$backend_path" 2>&1 </dev/null | tr -d '\0')
  case $answer in *"mark$mark"*) ;; *)
    echo "$2 did not bring the backend's answer" >&2
    return 1
    ;;
  esac
  case $answer in *"grpc-status: 0"*) ;; *)
    echo "$2 lost the trailers" >&2
    return 1
    ;;
  esac
}

redis_stat() { redis_says info stats | tr -d '\r' | sed -n "s/^$1://p"; }
redis_gets() { redis_says info commandstats | tr -d '\r' | sed -n 's/^cmdstat_get:calls=\([0-9]*\),.*/\1/p'; }

# turn NAME PORT PID: one line of figures into $work/turns
turn() {
  local name=$1 pid=$3 cpu backend opens accepted gets redis_opens
  accepted=$(redis_stat total_connections_received)
  gets=$(redis_gets)
  cpu=$(cpu_us "$pid")
  backend=$(cpu_us "$backend_pid")
  opens=$(active_opens)
  load "$2" "$requests" || return 1
  opens=$(($(active_opens) - opens - connections))
  backend=$(($(cpu_us "$backend_pid") - backend))
  cpu=$(($(cpu_us "$pid") - cpu))
  gets=$(($(redis_gets) - ${gets:-0}))
  # Each redis-cli is a connection too: the two before the load and after `accepted` was read, and this one.
  redis_opens=$(($(redis_stat total_connections_received) - accepted - 3))
  [ $((backend * 1000 / requests)) -gt 500 ] || {
    echo "$name: the backend was idle while $requests answers came" >&2
    return 1
  }
  awk -v name="$name" -v n="$requests" -v cpu="$cpu" -v rps="$rps" -v opens="$opens" -v redis="$redis_opens" \
    -v gets="$gets" -v rss="$(rss_kib "$pid")" -v backend="$backend" 'BEGIN {
      printf "%s\t%.3f\t%.1f\t%.3f\t%.3f\t%.3f\t%d\t%.3f\n",
        name, cpu / n, rps, (opens - redis) * 1000 / n, redis * 1000 / n, gets / n, rss, backend / n }' >>"$work/turns"
}

# in_turn COMMAND: `COMMAND INDEX ROUND` for each party in each round. Each round begins with another one, so that nobody
# always follows the same neighbour.
in_turn() {
  local round i at
  for round in $(seq "$rounds"); do
    for i in "${!names[@]}"; do
      at=$(((i + round - 1) % ${#names[@]}))
      echo "round $round of $rounds: ${names[at]}" >&2
      "$1" "$at" "$round" || exit 1
    done
  done
}
