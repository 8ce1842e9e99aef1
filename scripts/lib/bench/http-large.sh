# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Large bodies, down and up: what a second of processor time carries. Sourced by scripts/lib/bench/http.sh.

connections=4

# large_load PORT DIRECTION SECONDS: sets moved, in bytes, and took, in seconds; fails unless every body was whole
large_load() {
  local out=$work/large.json plan=(--to "http://127.0.0.1:$1/large" --expect-bytes "$large_bytes")
  [ "$2" = down ] || plan=(--to "http://127.0.0.1:$1/sink" --method PUT --size "$large_bytes" --expect-bytes 10)
  harness http-load "${plan[@]}" --connections "$connections" --duration "${3}s" --timeout 2m --json >"$out" 2>"$work/large.err" </dev/null || {
    echo "bodies went $2 wrong:" >&2
    head -c 600 "$out" "$work/large.err" >&2
    return 1
  }
  moved=$(($(json_number requests "$out") * large_bytes))
  took=$(json_number seconds "$out")
}

# The same, and what PID spent on it: sets per_cpu and per_second, in MB
large_direction() {
  local cpu
  cpu=$(cpu_us "$2")
  large_load "$1" "$3" "$seconds" || return 1
  cpu=$(($(cpu_us "$2") - cpu))
  per_cpu=$(awk -v b="$moved" -v us="$cpu" 'BEGIN { printf "%.1f", b / us }')
  per_second=$(awk -v b="$moved" -v s="$took" 'BEGIN { printf "%.1f", b / s / 1000000 }')
}

large_turn() {
  local name=${names[$1]} port=${ports[$1]} pid=${pids[$1]} down
  large_direction "$port" "$pid" down || return 1
  down="$per_cpu	$per_second"
  large_direction "$port" "$pid" up || return 1
  printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$down" "$per_cpu" "$per_second" "$(rss_kib "$pid")" >>"$work/turns"
}

start_parties
for i in "${!names[@]}"; do
  echo "warming up ${names[i]}" >&2
  for direction in down up; do large_load "${ports[i]}" "$direction" "$warmup" || exit 1; done
done
in_turn large_turn
report "$work/turns"
