# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Latency in the open loop, where what is late counts as late: beside the backend alone at the same rate.
# Sourced by scripts/lib/bench/http.sh.

# open_load PORT RATE: sets p50, p99 and reached; fails when an answer was wrong or missing
open_load() {
  local out=$work/open.json
  harness http-load --to "http://127.0.0.1:$1/" --rate "$2" --connections "$connections" --warmup 4s --duration "${seconds}s" \
    --expect-bytes "$small_bytes" --json >"$out" 2>"$work/open.err" </dev/null || {
    echo "answers went wrong at $2/s:" >&2
    head -c 600 "$out" "$work/open.err" >&2
    return 1
  }
  p50=$(json_number p50 "$out") p99=$(json_number p99 "$out") reached=$(json_number rate_reached "$out")
}

saturation_turn() {
  small_load "${ports[$1]}" "$seconds" "${answer_lengths[$1]}" || return 1
  saturation[$1]=${rps%.*}
}

# latency_at NAME PORT RATE KIND: KIND is `same` for the rate that all have, `own` for half of what this one can
latency_at() {
  open_load "$2" "$3" || return 1
  printf '%s\t%s\t%s\t%s\t%s\n' "$1.$4" "$3" "$reached" "$p50" "$p99" >>"$work/turns"
}

latency_turn() {
  latency_at "${names[$1]}" "${ports[$1]}" "$half" same || return 1
  own=$((saturation[$1] / 2))
  # Beside the backend alone at this very rate, straight after.
  latency_at "${names[$1]}" "${ports[$1]}" "$own" own && latency_at "${names[$1]}" "$backend_port" "$own" direct
}

start_parties
warm_up_small
saturation=()
for i in "${!names[@]}"; do
  echo "saturating ${names[i]}" >&2
  saturation_turn "$i" || exit 1
done
half=$(printf '%s\n' "${saturation[@]}" | sort -n | head -n 1)
half=$((half / 2))
for round in $(seq "$rounds"); do
  echo "round $round of $rounds: the backend alone" >&2
  latency_at backend "$backend_port" "$half" same || exit 1
  for i in "${!names[@]}"; do
    at=$(((i + round - 1) % ${#names[@]}))
    echo "round $round of $rounds: ${names[at]}" >&2
    latency_turn "$at" || exit 1
  done
done
for i in "${!names[@]}"; do printf '%s\t%s\n' "${names[i]}.saturation" "${saturation[i]}" >>"$work/turns"; done
report "$work/turns"
