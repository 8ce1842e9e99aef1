#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# sample.sh ROOT PID REDIS-HOST BACKEND-HOST PORT FILE: notes once a second the sockets and counters of the network namespace where this runs,
# the processor time of PID and its children, and how idle the machine's processors were, until it is told to stop; then once more.
set -uo pipefail
cd "$1" || exit 2
. scripts/lib/bench/process.sh
PATH=$PATH:/usr/sbin
used_us=0 pid=$2 redis=$3 backend=$4 port=$5 file=$6

sample() {
  local at=${EPOCHREALTIME/[.,]/} now_us
  now_us=$(cpu_us "$pid")
  # A child that has ended takes its time along.
  [ "$now_us" -lt "$used_us" ] || used_us=$now_us
  ss -tanH | LC_ALL=C awk -v "at=$((at / 1000))" -v "cpu=$used_us" -v "hertz=$clock_ticks" -v "redis=$redis" -v "backend=$backend" -v "port=$port" \
    -f scripts/lib/lab/sample.awk kind=sockets - kind=counters /proc/net/snmp /proc/net/netstat kind=machine /proc/stat >>"$file"
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
