#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# burst: many clients connect at once to a listener of the gateway's host that has no time to accept.
# shellcheck source=scripts/lib/tune/load.sh
. "$1/load.sh"
prepare
wanted=6000
ulimit -n $((wanted + 100)) 2>/dev/null || fail "burst needs $((wanted + 100)) descriptors: raise the hard limit (ulimit -Hn)"

"$java" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.net.preferIPv4Stack=true -jar "$jar" sink \
  --address 0.0.0.0 --port 7001 --backlog 1000000 --hold >"$work/run.$number.listener" 2>&1 &
listener=$!
# What has connected and waits; nothing while there is no listener.
waiting() { ss -ltnH 'sport = :7001' | awk '{ print $2 }'; }
for ((tick = 0; tick < 600; tick++)); do
  [ -z "$(waiting)" ] || break
  kill -0 "$listener" 2>/dev/null || fail "the listener did not start: $(tail -n 2 "$work/run.$number.listener")"
  sleep 0.1
done

# shellcheck disable=SC2016 # expanded there
nsenter -t "$far" -n bash -c 'for ((i = 0; i < $2; i++)); do exec {fd}<>"/dev/tcp/$1/7001" || exit 1; done; exec sleep 600' \
  - "$here" "$wanted" >/dev/null 2>&1 &
clients=$!
# Either all of them wait, or the kernel says that one found no room.
for ((tick = 0; tick < 600; tick++)); do
  held=$(waiting)
  [ "$held" -lt "$wanted" ] && [ "$(counter ListenOverflows)" = 0 ] || break
  sleep 0.1
done
[ "$tick" -lt 600 ] || fail "neither full nor done after a minute: $held of $wanted"
# The queue may have filled up between the two looks.
held=$(waiting)
kill -KILL "$clients" "$listener"
wait "$clients" "$listener" 2>/dev/null
result "$(share "$held" "$wanted")" 0
