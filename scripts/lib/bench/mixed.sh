# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Fifteen clients alone, then the same fifteen beside one that asked for eight long answers and stopped
# reading: its socket fills up, then every window on the way. Sourced by scripts/lib/bench/grpc.sh.

others=15
# Who stands still is given up after this long.
load_limit=15s

# An h2load that is stopped in the middle of its answers. Its connection stays open and unread.
hold_slow_reader() {
  spawn slow h2load -c 1 -m 8 -t 1 -n 8 "${call_head[@]}" -d "$work/call" "http://127.0.0.1:$1${backend_path%/*}/Stream"
  slow=$spawned
  sleep 0.5
  kill -STOP "$slow"
}

# What waits unread on the connections of the stopped client to PORT, in bytes: 0 means that nothing was held.
unread() { ss -tnH state established "dport = :$1" | awk '{ sum += $1 } END { print sum + 0 }'; }

warm_up
: >"$work/mixed"
for round in $(seq "$rounds"); do
  for i in "${!names[@]}"; do
    echo "round $round of $rounds: ${names[i]}" >&2
    load "${ports[i]}" "$requests" "$others" || exit 1
    before=$rps rss=$(rss_kib "${pids[i]}")
    hold_slow_reader "${ports[i]}"
    held=1
    # Fewer answers than asked for are a loss, and are counted; they do not end the measurement.
    load "${ports[i]}" "$requests" "$others" || true
    [ "$(unread "${ports[i]}")" -gt 0 ] || held=0
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "${names[i]}" "$before" "$rps" "$((requests - ok))" \
      "$(($(rss_kib "${pids[i]}") - rss))" "$held" >>"$work/mixed"
    end_pids "$slow"
  done
done
awk -v order="${names[*]}" -v json="$json" -v requests="$requests" -v rounds="$rounds" -f scripts/lib/bench/mixed.awk "$work/mixed"
