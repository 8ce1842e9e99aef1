# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Penstock and its peers over HTTP/1.1, in turn. Sourced by scripts/bench.

connections=64
known=(nginx haproxy spring penstock)
[ "$mode" != large ] || known=(nginx nginx_streaming haproxy spring penstock)
# What a filter costs: only when --only asks for them.
[ -n "$mode" ] || [ -z "$only" ] || known+=(penstock_waiting penstock_body)
check_only
jdk_use

free_ports 1
backend_port=${free[0]}
start_http_backend "$backend_port" || exit 1
proves_http "$backend_port" "the backend" || exit 1

names=() ports=() pids=() absent=() answer_lengths=()
start_parties() {
  local name
  for name in "${known[@]}"; do
    wanted "$name" || continue
    if [[ $name = penstock* ]] && ! penstock_there; then
      absent+=("$name")
      continue
    fi
    free_ports 2
    "start_http_$name" "${free[@]}" || exit 1
    proves_http "${free[0]}" "$name" || exit 1
    names+=("$name") ports+=("${free[0]}") pids+=("$spawned") answer_lengths+=("$answer_bytes")
  done
  [ ${#names[@]} -gt 0 ] || {
    echo "scripts/bench: nothing to measure: ${absent[*]} cannot be built yet" >&2
    exit 1
  }
}

# wrk's own reader checks framing; what it leaves out are statuses below 400, and the bytes tell those.
cat >"$work/wrk.lua" <<'LUA'
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("wrk %d %d %d %d %d\n", summary.duration, summary.requests, summary.bytes,
    e.connect + e.read + e.write + e.timeout, e.status))
end
LUA

# small_load PORT SECONDS ANSWER-BYTES: sets answers and rps; fails when one answer was not the backend's
small_load() {
  local out=$work/wrk.out word micros bytes failed refused
  answers=0 rps=0
  timeout $(($2 + 30)) wrk -t 1 -c "$connections" -d "${2}s" --timeout 10s -s "$work/wrk.lua" "http://127.0.0.1:$1/" >"$out" 2>&1 </dev/null
  read -r word micros answers bytes failed refused < <(grep '^wrk [0-9]' "$out")
  [ "${word:-}" = wrk ] && [ "$answers" -gt 0 ] || {
    echo "wrk failed:" >&2
    tail -n 5 "$out" >&2
    return 1
  }
  rps=$(awk -v n="$answers" -v us="$micros" 'BEGIN { printf "%.1f", n * 1000000 / us }')
  # At the end each connection may be in the middle of an answer; a date or an id may differ by some bytes.
  [ "$failed" = 0 ] && [ "$refused" = 0 ] && awk -v n="$answers" -v bytes="$bytes" -v each="$3" -v c="$connections" \
    'BEGIN { expected = n * each; exit !(bytes >= expected * 0.97 && bytes <= expected * 1.03 + c * each) }' && return 0
  echo "of $answers answers $refused were refusals; $failed socket errors; $bytes bytes where $3 for each were expected" >&2
  return 1
}

# compiled NAME: whether a JIT compiles it while it runs
compiled() { case $1 in spring | penstock*) return 0 ;; *) return 1 ;; esac; }

# What a JIT does once would count for each request of a short run: those warm up longer. In ten runs: each begins and ends
# connections, which a JIT would otherwise learn of in the first turns, and compile everything around it again.
warm_up_small() {
  local i runs run
  for i in "${!names[@]}"; do
    echo "warming up ${names[i]}" >&2
    if compiled "${names[i]}"; then runs=10; else runs=1; fi
    for run in $(seq "$runs"); do
      small_load "${ports[i]}" "$warmup" "${answer_lengths[i]}" || exit 1
    done
  done
}

# json_number KEY FILE: the first number of that key
json_number() { sed -n "s/^.*\"$1\":\([0-9.]*\).*/\1/p" "$2"; }

# report FILE: with the awk program of this mode
report() {
  awk -v rounds="$rounds" -v seconds="$seconds" -v connections="$connections" -v order="${names[*]}" -v absent="${absent[*]:-}" \
    -v json="$json" -v logs="$peer_logs" -v alone="${PENSTOCK_BENCH_ALONE:-no}" \
    -f scripts/lib/bench/columns.awk -f "scripts/lib/bench/http-${mode:-small}.awk" "$1"
}

# shellcheck source=/dev/null # one of http-*.sh
. "scripts/lib/bench/http-${mode:-small}.sh"
