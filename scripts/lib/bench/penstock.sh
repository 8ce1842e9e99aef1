# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Penstock as it ships: gateway/config/jobid.yaml, the shipped JVM flags, metrics on, and an access log to a file.

. scripts/lib/jdk.sh
. scripts/lib/build.sh
. scripts/lib/jvm-flags.sh
. scripts/lib/admin.sh
. scripts/lib/aot.sh

penstock_jar=gateway/target/penstock-gateway.jar
penstock_main=gateway/src/main/java/io/penstock/gateway/Main.java

# Without a gateway to run there is nothing to build: its columns then say so.
build_penstock() {
  [ -f "$penstock_main" ] || return 0
  jdk_use && build_jar gateway && aot_train
}

penstock_there() { [ -f "$penstock_main" ] && [ -f "$penstock_jar" ]; }

# start_penstock NAME PORT ADMIN-PORT REDIS-URL FLAG...: REDIS-URL may be empty
start_penstock() {
  local name=$1 port=$2 admin=$3 redis=$4
  shift 4
  sed "s/127\.0\.0\.1:9101/127.0.0.1:$backend_port/; s/127\.0\.0\.1:9102/127.0.0.1:${backend_b_port:-$backend_port}/" gateway/config/jobid.yaml >"$work/$name.yaml"
  printf '\naccess-log:\n  output: %s\n' "$work/$name-access.log" >>"$work/$name.yaml"
  spawn_penstock "$name" "$port" "$admin" "$redis" "$@"
}

# spawn_penstock NAME PORT ADMIN-PORT REDIS-URL FLAG...: with $work/NAME.yaml
spawn_penstock() {
  local name=$1 port=$2 admin=$3 redis=$4
  shift 4
  spawn "$name" env PORT="$port" ADMIN_PORT="$admin" REDIS_URL="$redis" \
    "$JAVA_HOME/bin/java" "$@" -jar "$penstock_jar" run --config "$work/$name.yaml"
  wait_ready "$admin" "$spawned" && return 0
  echo "$name did not get ready:" >&2
  tail -n 20 "$work/$name.log" >&2
  return 1
}

shipped_flags() {
  jdk_use
  shipped=()
  while IFS= read -r flag; do shipped+=("$flag"); done < <(jvm_flags "$(jdk_feature "$JAVA_HOME")" && aot_flags)
}

start_penstock_embedded() { shipped_flags && start_penstock penstock_embedded "$1" "$2" '' "${shipped[@]}"; }
start_penstock_redis() { shipped_flags && start_penstock penstock_redis "$1" "$2" "redis://127.0.0.1:$redis_port" "${shipped[@]}"; }
