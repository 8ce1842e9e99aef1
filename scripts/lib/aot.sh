# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The ahead-of-time cache: what the JVM loaded and linked in a training start, kept beside the jar, so that
# the next start need not. Needs JDK 25; without it, or when anything here fails, the gateway only starts slower.
#   aot_cache           prints the path for this JDK and jar; the caller has run jdk_use in the root
#   aot_train           makes it when it is missing or older than the jar; a signal that ends the script ends it, too
#   aot_flags           prints the flags that use it, when it is there

aot_jar=gateway/target/penstock-gateway.jar

aot_cache() { printf 'gateway/target/penstock-gateway-%s.aot\n' "$(jdk_version "$JAVA_HOME")"; }

aot_fits() {
  local cache
  cache=$(aot_cache)
  [ "$(jdk_feature "$JAVA_HOME")" -ge 25 ] && [ -s "$cache" ] && [ ! "$aot_jar" -nt "$cache" ]
}

# Said once: -Xlog keeps the JVM from warning about a cache that it does not want.
aot_flags() {
  if aot_fits; then printf '%s\n' "-XX:AOTCache=$PWD/$(aot_cache)" '-Xlog:aot*=off' '-Xlog:cds*=off'; fi
}

aot_pid=''

# The JVM and what it started to write the cache with, at once.
aot_end() {
  [ -n "$aot_pid" ] || return 0
  kill -KILL -- "-$aot_pid" 2>/dev/null || true
  wait "$aot_pid" 2>/dev/null || true
  aot_pid=''
  rm -f "$(aot_cache).new" "$(aot_cache).new.config"
  return 0
}

aot_train() {
  local traps
  [ "$(jdk_feature "$JAVA_HOME")" -ge 25 ] && ! aot_fits || return 0
  traps=$(trap -p HUP INT TERM)
  # Set before anything is started, and taken back when it has ended.
  trap 'aot_end; exit 129' HUP
  trap 'aot_end; exit 130' INT
  trap 'aot_end; exit 143' TERM
  aot_train_now
  trap - HUP INT TERM
  eval "$traps"
}

# A real start on ports that nobody uses, a look at the admin pages, and a real stop.
aot_train_now() {
  local port=0 admin=0 flags=() flag cache tick
  cache=$(aot_cache)
  echo "Training the ahead-of-time cache, once for this jar." >&2
  for port in $(seq 47310 2 47390); do
    admin=$((port + 1))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || (exec 3<>"/dev/tcp/127.0.0.1/$admin") 2>/dev/null || break
  done
  while IFS= read -r flag; do flags+=("$flag"); done < <(jvm_flags "$(jdk_feature "$JAVA_HOME")")
  # With job control it has a process group, which also holds what the JVM starts itself.
  set -m
  # Its answers go nowhere, and an access log to a file is what most have.
  PORT=$port ADMIN_PORT=$admin REDIS_URL='' "$JAVA_HOME/bin/java" "${flags[@]}" \
    -XX:AOTCacheOutput="$PWD/$cache.new" '-Xlog:aot*=off' '-Xlog:cds*=off' \
    -jar "$aot_jar" run --config gateway/config/jobid.yaml >/dev/null 2>&1 </dev/null &
  aot_pid=$!
  set +m
  if wait_ready "$admin" "$aot_pid"; then
    admin_get "$admin" /metrics >/dev/null
    admin_get "$admin" /v1/connections >/dev/null
  fi
  kill -TERM "$aot_pid" 2>/dev/null
  # The JVM writes the cache before it ends, which takes seconds; at most a minute.
  for tick in $(seq 600); do
    kill -0 "$aot_pid" 2>/dev/null || break
    [ "$tick" = 600 ] || sleep 0.1
  done
  if kill -0 "$aot_pid" 2>/dev/null; then aot_end; fi
  wait "$aot_pid" 2>/dev/null || true
  aot_pid=''
  if [ -s "$cache.new" ]; then mv -f "$cache.new" "$cache"; fi
  rm -f "$cache.new" "$cache.new.config"
  return 0
}
