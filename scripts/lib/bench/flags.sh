# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The gateway under each set of JVM flags in turn, on the embedded store. Sourced by scripts/bench.

candidates=(
  'serial 128m|-Xmx128m -XX:+UseSerialGC'
  'parallel 128m|-Xmx128m -XX:+UseParallelGC'
  'g1 128m|-Xmx128m -XX:+UseG1GC'
  'serial 64m|-Xmx64m -XX:+UseSerialGC'
  'serial 256m|-Xmx256m -XX:+UseSerialGC'
  'serial, 1 carrier|-Xmx128m -XX:+UseSerialGC -Djdk.virtualThreadScheduler.parallelism=1'
  'serial, pollers 1|-Xmx128m -XX:+UseSerialGC -Djdk.pollerMode=1'
  'serial 768m|-Xms64m -Xmx768m -XX:+UseSerialGC'
  'serial, c1 only|-Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1'
)

penstock_there || {
  echo "scripts/bench: this checkout has no gateway to run yet" >&2
  exit 1
}
jdk_use
if [ "$(jdk_feature "$JAVA_HOME")" -ge 25 ]; then
  candidates+=('serial, compact|-Xmx128m -XX:+UseSerialGC -XX:+UseCompactObjectHeaders')
fi
shipped_flags
candidates+=("as shipped|${shipped[*]}")

if [ -n "$only" ]; then
  for i in "${!candidates[@]}"; do
    case ,$only, in *",${candidates[i]%%|*},"*) ;; *) unset "candidates[i]" ;; esac
  done
  [ ${#candidates[@]} -gt 0 ] || refuse "--only matches no set of flags"
fi

free_ports 2
backend_port=${free[0]} redis_port=${free[1]}
prepare_load
start_backend "$backend_port" && start_redis "$redis_port" || exit 1

started_ms() { echo $(($(date +%s%N) / 1000000)); }

# Started anew for each turn: compilers settle differently each time, and time to ready is measured too.
for round in $(seq "$rounds"); do
  for candidate in "${candidates[@]}"; do
    name=${candidate%%|*}
    echo "round $round of $rounds: $name" >&2
    free_ports 2
    read -r -a flags <<<"${candidate#*|}"
    began=$(started_ms)
    start_penstock flags "${free[0]}" "${free[1]}" '' "${flags[@]}" || exit 1
    ready=$(($(started_ms) - began))
    pid=$spawned
    load "${free[0]}" $((warmup * 5)) || exit 1
    : >"$work/turns"
    turn "$name" "${free[0]}" "$pid" || exit 1
    printf '%s\t%s\n' "$(cat "$work/turns")" "$ready" >>"$work/flags"
    end_pids "$pid"
  done
done

awk -F '\t' -v rounds="$rounds" -v requests="$requests" -v warmup=$((warmup * 5)) -v json="$json" '
  function insert(name, column, x,    j) {
    for (j = turns[name]; j > 1 && kept[name, column, j - 1] > x; j--) kept[name, column, j] = kept[name, column, j - 1]
    kept[name, column, j] = x
  }
  function median(name, column,    m) { m = turns[name]; return (kept[name, column, int((m + 1) / 2)] + kept[name, column, int(m / 2) + 1]) / 2 }
  {
    if (!($1 in turns)) order[++count] = $1
    turns[$1]++
    insert($1, "cpu", $2 + 0); insert($1, "rps", $3 + 0); insert($1, "rss", $7 / 1024); insert($1, "ready", $9 + 0)
  }
  END {
    if (!json) {
      printf "rounds: %d; %d calls each after %d to warm up; a new process for each turn\n\n", rounds, requests, warmup
      printf "%-20s %7s %7s %8s %8s %8s\n%-20s %7s %7s %8s %8s %8s\n", "", "CPU us", "a call", "calls/s", "RSS MiB", "ready ms", "flags", "lowest", "median", "median", "median", "median"
    }
    for (i = 1; i <= count; i++) {
      name = order[i]
      if (json) printf "%s\"%s\":{\"cpuMicrosLowest\":%.3f,\"cpuMicrosMedian\":%.3f,\"requestsPerSecond\":%.1f,\"rssMib\":%.1f,\"readyMillis\":%.0f}", i == 1 ? "{" : ",", name, kept[name, "cpu", 1], median(name, "cpu"), median(name, "rps"), median(name, "rss"), median(name, "ready")
      else printf "%-20s %7.1f %7.1f %8.0f %8.1f %8.0f\n", name, kept[name, "cpu", 1], median(name, "cpu"), median(name, "rps"), median(name, "rss"), median(name, "ready")
    }
    if (json) print "}"
  }' "$work/flags"
