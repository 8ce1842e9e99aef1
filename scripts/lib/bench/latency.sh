# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Cancels, plain SETs and bodies byte by byte through Penstock with a Redis of its own; the harness is caller,
# upstream and writer, so that one clock reads both ends. Sourced by scripts/bench.

free_ports 3
redis_port=${free[0]} port=${free[1]}
start_redis "$redis_port" || exit 1
# As shipped, and one path whose requests go to HTTP/1.1 upstreams.
# shellcheck disable=SC2016 # the gateway expands ${jobid}
sed '/^routes:/a\
  - {name: bodies, path-prefix: /bodies, lookup: bodies}
/^lookups:/a\
  - {name: bodies, store: jobs, key: "${jobid}", upstream: {protocol: http1}}' gateway/config/jobid.yaml >"$work/penstock.yaml"
printf '\naccess-log:\n  output: %s\n' "$work/penstock-access.log" >>"$work/penstock.yaml"
shipped_flags
spawn_penstock penstock "$port" "${free[2]}" "redis://127.0.0.1:$redis_port" "${shipped[@]}" || exit 1
latency() {
  "$JAVA_HOME/bin/java" -Xmx256m -jar harness/target/penstock-harness.jar latency --to "127.0.0.1:$port" \
    --redis "127.0.0.1:$redis_port" --bodies /bodies "$@"
}
# The first calls of a JVM are not what is measured.
latency --rounds 2000 --most 10s >"$work/warm-up.log" 2>&1 || {
  tail -n 5 "$work/warm-up.log" >&2
  exit 1
}
latency --rounds "$rounds" --p99 50ms ${json:+--json}
