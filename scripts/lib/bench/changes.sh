# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Three nodes that share their routes in one Redis of its own, while somebody changes them; the harness writes, asks every node and
# makes load, so that one clock reads all times. Sourced by scripts/bench.

nodes=3
free_ports $((2 * nodes + 6))
redis_port=${free[0]}
start_redis "$redis_port" || exit 1
spawn backends "$JAVA_HOME/bin/java" -Xmx128m -jar harness/target/penstock-harness.jar backends --http "${free[1]}" \
  --grpc-a "${free[2]}" --grpc-b "${free[3]}" --hostile "${free[4]}" --silent "${free[5]}"
wait_port backends "${free[1]}" || exit 1
shipped_flags
to=() admin=() pids=()
for node in $(seq "$nodes"); do
  port=${free[$((5 + node))]} admin_port=${free[$((5 + nodes + node))]}
  cat >"$work/node$node.yaml" <<YAML
listeners: [{name: main, address: 127.0.0.1, port: $port}]
admin: {port: $admin_port}
access-log: {output: $work/node$node-access.log}
stores: [{name: shared, redis: {url: "redis://127.0.0.1:$redis_port"}}]
dynamic: {store: shared, file: $work/node$node-dynamic.json}
clusters: [{name: backend, endpoints: ["127.0.0.1:${free[1]}"], upstream: {protocol: http1}}]
routes: [{name: load, path-prefix: /bytes, cluster: backend}]
YAML
  spawn_penstock "node$node" "$port" "$admin_port" '' "${shipped[@]}" || exit 1
  to+=(--node "127.0.0.1:$port") admin+=("$admin_port") pids+=("$spawned")
done

changes() {
  "$JAVA_HOME/bin/java" -Xmx256m -jar harness/target/penstock-harness.jar changes "${to[@]}" --admin "127.0.0.1:${admin[1]}" \
    --routes "$routes" "$@"
}

# heap: what the first node keeps after full collections, in bytes
heap() {
  local round
  for round in 1 2 3; do "$JAVA_HOME/bin/jcmd" "${pids[0]}" GC.run >/dev/null || return 1; done
  admin_get "${admin[0]}" /metrics | awk '$1 == "gateway_process_heap_used_bytes" { printf "%.0f", $2 }'
}

# The first changes of a JVM are not what is measured.
changes --duration "${warmup}s" >"$work/warm-up.log" 2>&1 || {
  tail -n 5 "$work/warm-up.log" >&2
  exit 1
}
# What a change replaced lives on for 30 s: in both measurements there is as much of it.
before=$(heap)
changes --duration "${seconds}s" ${json:+--json} >"$work/report"
code=$?
after=$(heap)
if [ -n "$json" ]; then
  jq -c --argjson before "$before" --argjson after "$after" '. + {heap_before_bytes: $before, heap_after_bytes: $after}' "$work/report"
else
  cat "$work/report"
  echo "heap of node 1 after a collection: $((before / 1024)) KiB before, $((after / 1024)) KiB after"
fi
exit "$code"
