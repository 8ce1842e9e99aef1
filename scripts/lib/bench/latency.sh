# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Cancels and plain SETs through Penstock with a Redis of its own; the harness is caller, upstream and writer, so
# that one clock reads both ends. Sourced by scripts/bench.

free_ports 4
# The ports of the seeds in jobid.yaml are replaced; nobody calls them here.
redis_port=${free[0]} backend_port=${free[1]}
start_redis "$redis_port" || exit 1
start_penstock_redis "${free[2]}" "${free[3]}" || exit 1
# The first calls of a JVM are not what is measured.
latency() {
  "$JAVA_HOME/bin/java" -Xmx256m -jar harness/target/penstock-harness.jar latency --to "127.0.0.1:${free[2]}" \
    --redis "127.0.0.1:$redis_port" "$@"
}
latency --rounds 2000 --most 10s >"$work/warm-up.log" 2>&1 || {
  tail -n 5 "$work/warm-up.log" >&2
  exit 1
}
latency --rounds "$rounds" --p99 50ms ${json:+--json}
