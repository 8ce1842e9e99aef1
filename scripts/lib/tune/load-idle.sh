#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# idle: one long-lived connection that is busy, pauses, and goes on.
# shellcheck source=scripts/lib/tune/load.sh
. "$1/load.sh"
prepare

window() { ss -tinH dst 10.63.0.1 | grep -o 'cwnd:[0-9]*' | head -n 1 | cut -d: -f2; }

exec 3<>/dev/tcp/10.63.0.1/7000 || fail 'cannot connect'
first=$(window)
before=$first
# How fast a window grows is a matter of luck and load; what counts is what a pause leaves of it.
for ((megabytes = 0; megabytes < 400 && before < 4 * first; megabytes += 8)); do
  head -c 8388608 /dev/zero >&3
  before=$(window)
done
[ "$before" -gt "$first" ] || fail "the window did not grow: $first, then $before"
sleep 1.1
echo q >&3
after=$(window)
[ "$after" -le "$before" ] || after=$before
result "$(share $((after - first)) $((before - first)))" 0
