# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Penstock and its peers in turn. Sourced by scripts/bench.

known=(nginx_static haproxy lua_untuned lua_tuned penstock_embedded penstock_redis)

check_only

free_ports 2
backend_port=${free[0]} redis_port=${free[1]}
prepare_load
start_backend "$backend_port" && start_redis "$redis_port" || exit 1
redis_says set demo-1 "127.0.0.1:$backend_port" >/dev/null

names=() ports=() pids=() absent=()
for name in "${known[@]}"; do
  wanted "$name" || continue
  case $name in
    penstock_*)
      if ! penstock_there; then
        absent+=("$name")
        continue
      fi
      ;;
  esac
  free_ports 2
  asked=$(redis_gets)
  "start_$name" "${free[@]}" || exit 1
  proves_itself "${free[0]}" "$name" || exit 1
  # The figures of a gateway that answers from its own seeds must not stand under Redis' name.
  if [ "$name" = penstock_redis ] && [ "$(redis_gets)" = "$asked" ]; then
    end_pids "$spawned"
    absent+=("$name")
    continue
  fi
  names+=("$name") ports+=("${free[0]}") pids+=("$spawned")
done
[ ${#names[@]} -gt 0 ] || {
  echo "scripts/bench: nothing to measure: ${absent[*]} cannot be built yet" >&2
  exit 1
}

warm_up() {
  local i
  for i in "${!names[@]}"; do
    # What a JIT compiler does once would count for each call of a short run: Penstock warms up longer.
    case ${names[i]} in
      penstock_*) load "${ports[i]}" $((warmup * 10)) || exit 1 ;;
      *) load "${ports[i]}" "$warmup" || exit 1 ;;
    esac
  done
}

if [ -n "$mode" ]; then
  . scripts/lib/bench/mixed.sh
else
  warm_up
  for round in $(seq "$rounds"); do
    for i in "${!names[@]}"; do
      # Each round begins with another one, so that nobody always follows the same neighbour.
      at=$(((i + round - 1) % ${#names[@]}))
      echo "round $round of $rounds: ${names[at]}" >&2
      turn "${names[at]}" "${ports[at]}" "${pids[at]}" || exit 1
    done
  done
  awk -v rounds="$rounds" -v requests="$requests" -v connections="$connections" -v streams="$streams" \
    -v order="${names[*]}" -v absent="${absent[*]:-}" -v json="$json" -v logs="$peer_logs" \
    -v alone="${PENSTOCK_BENCH_ALONE:-no}" -f scripts/lib/bench/columns.awk -f scripts/lib/bench/report.awk "$work/turns"
fi
