#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# sample.sh ROOT PID REDIS-HOST BACKEND-HOST FILE: notes once a second the sockets and counters of the network namespace where this runs,
# and the processor time of PID and its children, until it is told to stop; then once more.
set -uo pipefail
cd "$1" || exit 2
. scripts/lib/bench/process.sh
PATH=$PATH:/usr/sbin
used_us=0 pid=$2 redis=$3 backend=$4 file=$5

# Columns: see Sample.java.
sample() {
  local at=${EPOCHREALTIME/[.,]/} try
  # A process that ends meanwhile makes awk give up on all of them.
  for try in $(seq 5); do
    now_us=$(cpu_us "$pid")
    [ "$now_us" -gt 0 ] && [ "$now_us" -ge "$used_us" ] && used_us=$now_us && break
  done
  {
    ss -tanH | awk -v redis="$redis:" -v backend="$backend:" '
      { gsub(/\[::ffff:|\]/, "", $5)
        to = index($5, redis) == 1 ? "r" : index($5, backend) == 1 ? "b" : "o"
        state = $1 == "TIME-WAIT" ? "w" : $1 == "ESTAB" ? "e" : "x"
        if (to == "o" || state == "x") others++; else n[state to]++ }
      END { printf "%d\t%d\t%d\t%d\t%d", n["wr"], n["wb"], n["er"], n["eb"], others }'
    awk '
      { if (!($1 in names)) { names[$1] = $0; next }
        count = split(names[$1], name, " "); for (i = 2; i <= count; i++) value[name[i]] = $i }
      END { printf "\t%d\t%d\t%d\t%d\t%d\t%d", value["ActiveOpens"], value["PassiveOpens"], value["ListenOverflows"],
        value["TW"], value["TWRecycled"], value["TCPTimeWaitOverflow"] }' /proc/net/snmp /proc/net/netstat
    printf '\t%d\n' "$used_us"
  } | sed "s/^/$((at / 1000))\t/" >>"$file"
}

stopping=''
trap 'stopping=1' TERM INT
next=${EPOCHREALTIME/[.,]/}
while [ -z "$stopping" ]; do
  sample
  next=$((next + 1000000))
  now=${EPOCHREALTIME/[.,]/}
  [ "$next" -gt "$now" ] || next=$now
  left=$((next - now))
  sleep "$((left / 1000000)).$(printf %06d $((left % 1000000)))" &
  wait "$!"
done
sample
