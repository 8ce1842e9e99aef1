# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Those who apply the same policies: configuration and start. Each start_policies_NAME takes the port to listen on, and one more port, and
# leaves the process in $spawned. $work/keys holds what verifies tokens, $work/rules who may do what.

install_policy_peers() {
  local missing file
  install_http_peers || return $?
  for file in /usr/lib/*/lua/5.1/cjson.so /usr/lib/*/lua/5.1/_openssl.so /usr/share/lua/5.1/resty/lrucache.lua; do
    [ -e "$file" ] || missing="${missing:-} ${file##*/}"
  done
  install_missing "${missing:-}" lua-cjson lua-luaossl lua-resty-lrucache
}

# Twenty rules: METHOD PATH PERMISSION.
write_rules() {
  local what
  for what in orders invoices users reports; do
    printf '%s\n' "GET /v1/$what $what:list" "GET /v1/$what/{id} $what:read" "PUT /v1/$what/{id} $what:write" \
      "GET /v1/$what/{id}/lines $what:read" "DELETE /v1/$what/{id} $what:delete"
  done >"$work/rules"
}

# Nobody comes near it, and everybody is counted.
policy_rate=1000000
policy_path=/v1/orders/4711
policy_scope='profile email orders:read orders:write'
forbidden_path=/v1/users/4711

# --- nginx with Lua ---------------------------------------------------------------------------------------

# policy_nginx NAME PORT KEPT: KEPT is how many verified tokens it knows again, or nil
policy_nginx() {
  local name=$1 dir=$work/$1
  mkdir -p "$dir"
  cp scripts/lib/bench/policies.lua "$dir/"
  cp -r "$work/keys" "$work/rules" "$dir/"
  cat >"$dir/nginx.conf" <<CONF
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off;
worker_processes 1;
pid $dir/pid;
error_log $dir/error.log warn;
events { worker_connections 10000; }
http {
  access_log $( [ "$peer_logs" = on ] && echo "$dir/access.log combined buffer=64k flush=1s" || echo off );
$(nginx_paths "$dir")
  keepalive_requests 100000000;
  keepalive_timeout 600s;
  lua_shared_dict buckets 16m;
  lua_shared_dict metrics 1m;
  lua_package_path "$dir/?.lua;;";
  init_by_lua_block {
    require('policies').setup{rules = '$dir/rules', keys = '$dir/keys', rate = $policy_rate, kept = $3}
  }
  init_worker_by_lua_block { ngx.timer.every(1, require('policies').flush) }
  upstream target {
    server 127.0.0.1:$backend_port;
    keepalive 256;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:$2 backlog=4096;
    location / {
      access_by_lua_block { require('policies').access() }
      log_by_lua_block { require('policies').log() }
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass http://target;
    }
  }
}
CONF
  spawn "$name" nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log"
  wait_port "$name" "$2"
}

# As lua-resty-jwt: each token is verified.
start_policies_nginx_lua() { policy_nginx nginx_lua "$1" nil; }

# With what that library lacks: a verified token is known again.
start_policies_nginx_lua_kept() { policy_nginx nginx_lua_kept "$1" 10000; }

# --- Penstock -----------------------------------------------------------------------------------------------

# gateway/config/proxy.yaml, an access log to a file and one event loop, as nginx has one worker.
start_policies_penstock_plain() { start_http_filtered penstock_plain "$@"; }

# The same with the policies. Metrics are always on.
start_policies_penstock() {
  local method path permission
  shipped_flags || return 1
  {
    cat gateway/config/proxy.yaml
    printf '\naccess-log: {output: %s}\nevent-loops: 1\n' "$work/penstock-access.log"
    cat <<YAML
global-filters: [caller, often, may]
filters:
  - name: caller
    jwt:
      issuers:
        - {issuer: es, keys: ["file:$work/keys/es.key"], algorithms: [ES256]}
        - {issuer: hs, secret: "file:$work/keys/hs.key", algorithms: [HS256]}
      claim-fields: {x-user: sub}
  - name: often
    rate-limit: {layers: [{key: ["claim:sub"], rate: $policy_rate/s}]}
  - name: may
    permissions:
      rules:
YAML
    while read -r method path permission; do
      printf "        - {methods: [%s], path: '%s', any: ['%s']}\n" "$method" "$path" "$permission"
    done <"$work/rules"
  } >"$work/penstock.yaml"
  UPSTREAM=127.0.0.1:$backend_port spawn_penstock penstock "$1" "$2" '' "${shipped[@]}"
}
