# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The backend, Redis, and everything that is measured in front of them: configuration and start.
# Each start_NAME takes the port to listen on and leaves the process in $spawned.

lua_packages=(nginx-light libnginx-mod-http-lua lua-nginx-redis)

install_peers() {
  install_missing "$(missing_commands haproxy h2load nghttp nghttpd redis-server redis-cli)$(missing_lua)" \
    "${lua_packages[@]}" haproxy nghttp2-client nghttp2-server redis-server
}

# missing_lua: what nginx with Lua and Redis lacks
missing_lua() {
  missing_commands nginx
  [ -e /usr/share/lua/5.1/nginx/redis.lua ] || printf ' nginx.redis'
  [ -e /usr/lib/nginx/modules/ngx_http_lua_module.so ] || printf ' nginx-lua'
}

# --- behind the proxies ---------------------------------------------------------------------------------

backend_path=/penstock.bench.Echo/Call

# A gRPC message of 32 bytes: flag, length, and a mark that no proxy could make up.
start_backend() {
  mark=$(od -An -N14 -tx1 /dev/urandom | tr -d ' \n')
  mkdir -p "$work/www/penstock.bench.Echo"
  printf '\0\0\0\0\040mark%s' "$mark" >"$work/www$backend_path"
  # For the slow reader: larger than every buffer on the way.
  truncate -s 512M "$work/www/penstock.bench.Echo/Stream"
  spawn backend nghttpd --no-tls -n 1 --max-concurrent-streams=1000 --trailer='grpc-status: 0' -d "$work/www" "$1"
  backend_pid=$spawned
  wait_port backend "$1"
}

start_redis() {
  spawn redis redis-server --port "$1" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" --daemonize no
  wait_port redis "$1"
}

redis_says() { redis-cli -h 127.0.0.1 -p "$redis_port" "$@"; }

# --- nginx ------------------------------------------------------------------------------------------------

# nginx_conf NAME PORT HTTP-BLOCK LOCATION-BLOCK
nginx_conf() {
  local name=$1 dir=$work/$1
  mkdir -p "$dir"
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
  client_body_temp_path $dir/body;
  proxy_temp_path $dir/proxy;
  fastcgi_temp_path $dir/fastcgi;
  uwsgi_temp_path $dir/uwsgi;
  scgi_temp_path $dir/scgi;
  # As many requests as a connection lives: the default of 1000 would be counted as churn.
  keepalive_requests 100000000;
  http2_max_concurrent_streams 1000;
  grpc_read_timeout 60s;
$3
  server {
    listen ${listen_host:-127.0.0.1}:$2 http2 backlog=1024;
    location / {
$4
    }
  }
}
CONF
  spawn "$name" nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log"
  wait_port "$name" "$2"
}

start_nginx_static() {
  nginx_conf nginx_static "$1" "  upstream target {
    server 127.0.0.1:$backend_port;
    keepalive 256;
    keepalive_requests 100000000;
  }" "      grpc_pass grpc://target;"
}

# The article's look-up. LAST is what becomes of the connection to Redis.
lua_lookup() {
  echo "      access_by_lua_block {
        local redis = require('nginx.redis'):new()
        redis:set_timeout(1000)
        local ok = redis:connect('${redis_host:-127.0.0.1}', $redis_port)
        if not ok then return ngx.exit(503) end
        local target = redis:get(ngx.var.http_jobid or '')
        if not target or target == ngx.null then return ngx.exit(404) end
        $1
        $2
      }"
}

# Before tuning: a connection to Redis and one to the backend for every request.
start_lua_untuned() {
  nginx_conf lua_untuned "$1" "" "      set \$target '';
$(lua_lookup 'redis:close()' 'ngx.var.target = target')
      grpc_pass grpc://\$target;"
}

# Half-way: a pool of 40 for Redis, and still a connection to the backend for every request.
start_lua_redis_pool() {
  nginx_conf lua_redis_pool "$1" "" "      set \$target '';
$(lua_lookup 'redis:set_keepalive(10000, 40)' 'ngx.var.target = target')
      grpc_pass grpc://\$target;"
}

# After tuning: pools of 40 on both sides, the target set by the balancer.
start_lua_tuned() {
  nginx_conf lua_tuned "$1" "  upstream target {
    server 0.0.0.1;
    balancer_by_lua_block {
      local ok, err = require('ngx.balancer').set_current_peer(ngx.ctx.host, ngx.ctx.port)
      if not ok then return ngx.exit(502) end
    }
    keepalive 40;
    keepalive_requests 100000000;
  }" "$(lua_lookup 'redis:set_keepalive(10000, 40)' "ngx.ctx.host, ngx.ctx.port = target:match('^(.-):(%d+)\$')
        ngx.ctx.port = tonumber(ngx.ctx.port)")
      grpc_pass grpc://target;"
}

# --- HAProxy ----------------------------------------------------------------------------------------------

# One thread, as nginx has one worker: two threads on two shared processors mostly add the cost of each
# waking the other, and the figure that counts here is processor time for each request.
start_haproxy() {
  mkdir -p "$work/haproxy"
  cat >"$work/haproxy/haproxy.cfg" <<CONF
global
  nbthread 1
  maxconn 4000
  $( [ "$peer_logs" = on ] && echo "log stdout format raw local0" )
defaults
  mode http
  $( [ "$peer_logs" = on ] && printf 'log global\n  option httplog' )
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend public
  bind 127.0.0.1:$1 proto h2
  default_backend target
backend target
  server one 127.0.0.1:$backend_port proto h2
CONF
  spawn haproxy haproxy -db -f "$work/haproxy/haproxy.cfg"
  wait_port haproxy "$1"
}
