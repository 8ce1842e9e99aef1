# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The HTTP/1.1 backend and every proxy that scripts/bench http puts in front of it: configuration and start.
# Each start_http_NAME takes the port to listen on, and one more port, and leaves the process in $spawned.

http_packages=(nginx-light libnginx-mod-http-lua haproxy wrk)
spring_jar=scripts/lib/bench/spring-gateway/target/spring-gateway.jar
# More than the idle connections of --idle, and few enough for the usual limit of 20000 descriptors.
most_connections=12000

install_http_peers() {
  local missing
  missing=$(missing_commands nginx haproxy wrk)
  [ -e /usr/lib/nginx/modules/ngx_http_lua_module.so ] || missing="$missing nginx-lua"
  install_missing "$missing" "${http_packages[@]}"
}

build_http_peers() {
  jdk_use && build_jar harness || return $?
  ! wanted spring || build_spring
}

build_spring() {
  local project=${spring_jar%/target/*}
  [ -f "$spring_jar" ] && [ -z "$(find "$project/pom.xml" "$project/src" -newer "$spring_jar" | head -n 1)" ] && return 0
  echo "Building Spring Cloud Gateway (the first time Maven also fetches it)." >&2
  mvn -q -B -ntp -f "$project/pom.xml" package </dev/null >"$work/spring-build.log" 2>&1 && return 0
  grep ERROR "$work/spring-build.log" | head -n 5 >&2
  return 1
}

harness() { "$JAVA_HOME/bin/java" -Xms64m -Xmx256m -XX:+UseSerialGC -jar harness/target/penstock-harness.jar "$@"; }

# --- behind the proxies ---------------------------------------------------------------------------------

small_bytes=128
tail=-penstock-bench-
large_bytes=$((256 * 1024 * 1024))

# One nginx worker that answers / from memory, /large from a file that the page cache holds, and reads /sink to its end.
start_http_backend() {
  local dir=$work/http-backend
  mkdir -p "$dir"
  mark=$(od -An -N$(((small_bytes - ${#tail}) / 2)) -tx1 /dev/urandom | tr -d ' \n')
  [ "$mode" != large ] || head -c "$large_bytes" /dev/zero >"$dir/large"
  cat >"$dir/nginx.conf" <<CONF
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off;
worker_processes 1;
pid $dir/pid;
error_log $dir/error.log warn;
events { worker_connections 10000; }
http {
  access_log off;
$(nginx_paths "$dir")
  keepalive_requests 100000000;
  keepalive_timeout 600s;
  sendfile on;
  client_max_body_size 0;
  server {
    listen 127.0.0.1:$1 backlog=4096;
    location = / {
      default_type text/plain;
      return 200 "$mark$tail";
    }
    location /v1/ {
      default_type text/plain;
      return 200 "$mark$tail";
    }
    location = /large { root $dir; }
    location = /sink {
      content_by_lua_block {
        local body, problem = ngx.req.socket()
        if not body then
          ngx.status = 400
          return ngx.say(problem)
        end
        local expected = tonumber(ngx.var.http_content_length)
        local left = expected
        while left > 0 do
          local bytes, problem = body:receive(math.min(left, 65536))
          if not bytes then return ngx.exit(400) end
          left = left - #bytes
        end
        ngx.header.content_length = 10
        ngx.print(string.format('%10d', expected))
      }
    }
  }
}
CONF
  spawn http-backend nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log"
  backend_pid=$spawned
  wait_port http-backend "$1"
}

nginx_paths() {
  local kind
  for kind in client_body proxy fastcgi uwsgi scgi; do echo "  ${kind}_temp_path $1/$kind;"; done
}

# One request by another client: it must bring the backend's own bytes. Leaves the length of the whole answer in $answer_bytes.
proves_http() {
  local answer=$work/proof
  (http_answer "$1") >"$answer" 2>/dev/null
  answer_bytes=$(stat -c %s "$answer")
  grep -q "^$mark$tail\$" "$answer" && head -n 1 "$answer" | grep -q '^HTTP/1.1 200' && return 0
  echo "$2 did not bring the backend's answer, but:" >&2
  head -c 500 "$answer" >&2
  return 1
}

http_answer() {
  local line length=0
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET / HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n' "$1" >&3
  while IFS= read -r -t 10 line; do
    printf '%s\n' "$line"
    [ "$line" != $'\r' ] || break
    case $line in [Cc]ontent-[Ll]ength:*) length=${line#*: } ;; esac
  done <&3
  timeout 10 head -c "${length%$'\r'}" <&3
}

# --- nginx ------------------------------------------------------------------------------------------------

# http_nginx NAME PORT LINES
http_nginx() {
  local name=$1 dir=$work/$1
  mkdir -p "$dir"
  cat >"$dir/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $dir/pid;
error_log $dir/error.log warn;
events { worker_connections $((most_connections + 1000)); }
http {
  access_log $( [ "$peer_logs" = on ] && echo "$dir/access.log combined buffer=64k flush=1s" || echo off );
$(nginx_paths "$dir")
  # As many requests as a connection lives: the default of 1000 would be counted as churn.
  keepalive_requests 100000000;
  keepalive_timeout 600s;
  client_max_body_size 0;
  upstream target {
    server 127.0.0.1:$backend_port;
    keepalive 256;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:$2 backlog=4096;
    location / {
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass http://target;
$3
    }
  }
}
CONF
  spawn "$name" nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log"
  wait_port "$name" "$2"
}

start_http_nginx() { http_nginx nginx "$1" ''; }

# With its defaults nginx writes large bodies to files of its own when one side is slower than the other.
start_http_nginx_streaming() { http_nginx nginx_streaming "$1" '      proxy_request_buffering off; proxy_buffering off;'; }

# --- HAProxy ----------------------------------------------------------------------------------------------

# One thread, as nginx has one worker.
start_http_haproxy() {
  mkdir -p "$work/haproxy"
  cat >"$work/haproxy/haproxy.cfg" <<CONF
global
  nbthread 1
  maxconn $most_connections
  # An idle connection needs one descriptor and not the two that HAProxy insists on.
  no strict-limits
  $( [ "$peer_logs" = on ] && echo "log stdout format raw local0" )
defaults
  mode http
  $( [ "$peer_logs" = on ] && printf 'log global\n  option httplog' )
  timeout connect 1s
  timeout client 600s
  timeout http-keep-alive 600s
  timeout server 60s
  http-reuse always
frontend public
  maxconn $most_connections
  bind 127.0.0.1:$1 backlog 4096
  default_backend target
backend target
  server one 127.0.0.1:$backend_port
CONF
  spawn haproxy haproxy -db -f "$work/haproxy/haproxy.cfg"
  wait_port haproxy "$1"
}

# --- Spring Cloud Gateway -----------------------------------------------------------------------------------

# Under the collector and heap that Penstock ships, and with metrics, as Penstock has them; its access log goes where its other lines
# go. Its event loops, one for each processor and four at least, are its own choice.
start_http_spring() {
  local flags=()
  [ "$peer_logs" != on ] || flags+=(-Dreactor.netty.http.server.accessLogEnabled=true)
  while IFS= read -r flag; do flags+=("$flag"); done < <(jvm_flags "$(jdk_feature "$JAVA_HOME")")
  spawn spring env PORT="$1" BACKEND_PORT="$backend_port" "$JAVA_HOME/bin/java" "${flags[@]}" -jar "$spring_jar"
  wait_port spring "$1" 60
}

# --- Penstock -----------------------------------------------------------------------------------------------

# gateway/config/proxy.yaml, with room for --idle's connections, an access log to a file, and one event loop, as nginx has one worker.
# Metrics are always on.
start_http_penstock() { start_http_filtered penstock "$@"; }

# One filter that may wait, and answers from what it keeps after the first request.
start_http_penstock_waiting() {
  start_http_filtered penstock_waiting "$1" "$2" 'external: {cluster: origin, path: /, about: [host], keep: 1h}'
}

# One filter that sees bodies: here it only counts.
start_http_penstock_body() { start_http_filtered penstock_body "$1" "$2" 'limit-body: {response: 1GiB}'; }

# start_http_filtered NAME PORT ADMIN-PORT [FILTER]
start_http_filtered() {
  local config=$work/$1.yaml
  shipped_flags || return 1
  awk -v most="$most_connections" '{ print } /^ *port: \$\{PORT/ { match($0, /^ */); printf "%*smax-connections: %d\n", RLENGTH, "", most }' \
    gateway/config/proxy.yaml >"$config"
  printf '\naccess-log:\n  output: %s\nevent-loops: 1\n' "$work/$1-access.log" >>"$config"
  [ -z "${4:-}" ] || printf '\nfilters:\n  - {name: measured, %s}\nglobal-filters: [measured]\n' "$4" >>"$config"
  UPSTREAM=127.0.0.1:$backend_port spawn_penstock "$1" "$2" "$3" '' "${shipped[@]}"
}
