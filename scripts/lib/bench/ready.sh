# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The time from `scripts/gateway run` to ready, as a supervisor sees it: script, JVM and gateway together. The jar and the
# ahead-of-time cache are made before. Sourced by scripts/bench.

jdk_use && build_jar gateway && aot_train || exit $?

now_us() { echo "${EPOCHREALTIME/[.,]/}"; }

# Asks every 5 ms, at most 20 s: 0 with the time in $took
measure_start() {
  local from tick
  from=$(now_us)
  spawn gateway env PORT="${free[0]}" ADMIN_PORT="${free[1]}" REDIS_URL='' \
    "$root/scripts/gateway" run --config "$root/gateway/config/jobid.yaml"
  for tick in $(seq 4000); do
    # A connection refused costs next to nothing; only an answer is looked at.
    if port_open "${free[1]}"; then
      case $(admin_get "${free[1]}" /readyz) in
        200*)
          took=$(($(now_us) - from))
          return 0
          ;;
      esac
    fi
    kill -0 "$spawned" 2>/dev/null || break
    sleep 0.005
  done
  echo "the gateway did not get ready:" >&2
  tail -n 20 "$work/gateway.log" >&2
  return 1
}

free_ports 2
: >"$work/ready"
for round in $(seq "$rounds"); do
  measure_start || exit 1
  end_pids "$spawned"
  echo "round $round of $rounds: $((took / 1000)) ms" >&2
  echo "$took" >>"$work/ready"
done
sort -n "$work/ready" | awk -v json="$json" '
  { us[NR] = $1 }
  END {
    median = NR % 2 ? us[(NR + 1) / 2] : (us[NR / 2] + us[NR / 2 + 1]) / 2
    form = json ? "{\"starts\":%d,\"min_ms\":%.0f,\"median_ms\":%.0f,\"max_ms\":%.0f}\n" \
      : "%d starts, ms to ready: min %.0f, median %.0f, max %.0f\n"
    printf form, NR, us[1] / 1000, median / 1000, us[NR] / 1000
  }'
