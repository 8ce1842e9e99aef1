# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The gateways under test, as stages want them, each in its host; what is behind them; and who watches. Sourced by scripts/lab.

java=$JAVA_HOME/bin/java
harness_jar=$root/harness/target/penstock-harness.jar

gateway_port=8091

# start_shared: Redis and the backend, which nobody waits for yet
start_shared() {
  in_host redis bash -c 'echo 4096 >/proc/sys/net/core/somaxconn'
  in_host backend bash -c 'echo 4096 >/proc/sys/net/core/somaxconn'
  in_host redis redis-server --port 6379 --bind 0.0.0.0 --protected-mode no --save '' --appendonly no --dir "$work" \
    --tcp-backlog 4096 >"$work/redis.log" 2>&1 </dev/null &
  started_pids+=("$!")
  in_host backend "$java" -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$harness_jar" grpc-backend --listen "$backend_at" >"$work/backend.log" 2>&1 </dev/null &
  started_pids+=("$!")
}

# shellcheck disable=SC2016 # expanded by the inner bash
shared_ready() {
  wait_in redis "$redis_host" 6379 "$work/redis.log" && wait_in backend "$backend_host" 9101 "$work/backend.log" &&
    in_host redis bash -c 'exec 3<>/dev/tcp/127.0.0.1/6379; printf "SET one %s\r\n" "$0" >&3; read -r -t 5 said <&3; [ "$said" = $'"'+OK\r'"' ]' "$backend_at"
}

# wait_in HOST ADDRESS PORT LOG
wait_in() {
  local tick
  for tick in $(seq 1000); do
    in_host "$1" bash -c "exec 3<>/dev/tcp/$2/$3" 2>/dev/null && return 0
    sleep 0.05
  done
  echo "scripts/lab: nothing listens on $2:$3:" >&2
  tail -n 20 "$4" >&2
  return 1
}

# penstock_yaml STAGE: the article's states as configuration of ours
penstock_yaml() {
  local redis=', connect-timeout: 5s, read-timeout: 5s' cached='' upstream='http2: {max-concurrent-streams: 1}, max-connections: 20000, connect-timeout: 5s, queue-timeout: 5s, max-queue: 10000'
  case $1 in
    1 | 2) redis+=', reuse: never, max-connections: 1000' cached='cached: false' upstream="reuse: never, $upstream" ;;
    3) redis+=', max-connections: 40, idle-timeout: 10s' cached='cached: false' upstream="reuse: never, $upstream" ;;
    4) redis+=', max-connections: 40, idle-timeout: 10s' cached='cached: false' upstream="max-idle: 40, $upstream" ;;
    5) upstream='' ;;
  esac
  cat <<YAML
listeners: [{name: main, address: 0.0.0.0, port: $gateway_port}]
stores: [{name: jobs, redis: {url: "redis://$redis_at"$redis}}]
lookups:
  - {name: job, store: jobs, key: "\${jobid}", allow: {networks: [198.18.0.0/15]}, ${cached:+$cached, }upstream: {$upstream}}
routes: [{name: all, lookup: job}]
trusted: [198.18.0.0/15]
access-log: {output: none}
YAML
}

# start_penstock_in HOST STAGE: its process in $spawned
start_penstock_in() {
  penstock_yaml "$2" >"$work/$1.yaml"
  spawn "$1" nsenter --net="/proc/${holder[$1]}/ns/net" -- "$java" "${shipped[@]}" -jar "$root/$penstock_jar" run --config "$work/$1.yaml"
}

# start_nginx_in HOST STAGE: the article's configuration, before its pools, with the first, with both
start_nginx_in() {
  mkdir "$work/$1" && spawn "$1" nsenter --net="/proc/${holder[$1]}/ns/net" -- \
    bash "$root/scripts/lib/lab/nginx.sh" "$root" "$work/$1" "$2" "$backend_at" "$redis_host" 6379 $gateway_port
}

# watch_host HOST FILE: a sample each second; its process in $spawned
watch_host() {
  spawn "watch-$1" nsenter --net="/proc/${holder[$1]}/ns/net" -- bash "$root/scripts/lib/lab/sample.sh" "$root" "${gateway_pid[$1]}" \
    "$redis_host" "$backend_host" $gateway_port "$2"
}
