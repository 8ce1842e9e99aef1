# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Speaks to the gateway's admin listener on loopback, without needing curl.
#   admin_get PORT PATH          prints the answer from its status on: `200 OK`, fields, body
#   admin_put PORT PATH BODY     0 when the answer is 2xx
#   wait_ready PORT PID          waits at most 20 s for /readyz, and no longer than PID lives

admin_send() {
  local answer
  answer=$(
    exec 2>/dev/null
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf '%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' \
      "$2" "$3" "${#4}" "$4" >&3
    # To the end of the head, then as many bytes as it announces: the connection may stay open for longer.
    length=0
    while IFS= read -r -t 5 line; do
      line=${line%$'\r'}
      printf '%s\n' "$line"
      [ -n "$line" ] || break
      case $line in [Cc]ontent-[Ll]ength:*) length=${line#*: } ;; esac
    done <&3
    head -c "$length" <&3
  )
  [ -n "$answer" ] || return 1
  printf '%s\n' "${answer#* }"
}

admin_get() { admin_send "$1" GET "$2" ''; }

admin_put() { case $(admin_send "$1" PUT "$2" "$3") in 2*) return 0 ;; *) return 1 ;; esac; }

wait_ready() {
  local tick
  for tick in $(seq 1000); do
    case $(admin_get "$1" /readyz) in 200*) return 0 ;; esac
    kill -0 "$2" 2>/dev/null || return 1
    sleep 0.02
  done
  return 1
}
