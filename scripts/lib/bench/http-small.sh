# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Small answers: what a request costs. Sourced by scripts/lib/bench/http.sh.

small_turn() {
  local name=${names[$1]} port=${ports[$1]} pid=${pids[$1]} cpu backend opens
  cpu=$(cpu_us "$pid")
  backend=$(cpu_us "$backend_pid")
  opens=$(active_opens)
  small_load "$port" "$seconds" "${answer_lengths[$1]}" || return 1
  opens=$(($(active_opens) - opens - connections))
  # wrk opens one connection more, to see whether anything listens.
  [ "$opens" -lt 1 ] || opens=$((opens - 1))
  backend=$(($(cpu_us "$backend_pid") - backend))
  cpu=$(($(cpu_us "$pid") - cpu))
  [ $((backend * 1000 / answers)) -gt 500 ] || {
    echo "$name: the backend was idle while $answers answers came" >&2
    return 1
  }
  proves_http "$port" "$name" || return 1
  awk -v name="$name" -v n="$answers" -v cpu="$cpu" -v rps="$rps" -v opens="$opens" -v rss="$(rss_kib "$pid")" -v backend="$backend" \
    'BEGIN { printf "%s\t%.3f\t%.1f\t%.3f\t%d\t%.3f\n", name, cpu / n, rps, opens * 1000 / n, rss, backend / n }' >>"$work/turns"
}

start_parties
warm_up_small
in_turn small_turn
report "$work/turns"
