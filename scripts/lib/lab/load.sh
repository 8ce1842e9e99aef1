# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The load of all stages, from one process on the client's host, and what is read off a gateway host after it. Sourced by scripts/lab.

# shape STAGE: how many calls begin at once, and how long the backend takes: few, or twice as many as a pool of 40
shape() {
  case $1 in
    4-rush | 5) burst=80 delay_ms=200 ;;
    *) burst=20 delay_ms=20 ;;
  esac
}

# start_loader: one process of the client for all loads, so that only one starts and gets warm; it takes lines, see its --help
start_loader() {
  mkfifo "$work/lines" "$work/ended" && exec 7<>"$work/lines" 8<>"$work/ended" || return 1
  # shellcheck disable=SC2016 # expanded by the inner bash
  spawn loader nsenter --net="/proc/${holder[client]}/ns/net" -- bash -c 'exec "$@" <"$0/lines" >"$0/ended"' "$work" \
    "$java" -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$harness_jar" lines
  loader=$spawned
}

# start_load HOST STAGE NAME TIME [FLAG...]
start_load() {
  local host=$1 id=$2 name=$3 time=$4
  shift 4
  shape "$id"
  echo "$name $work/load-$name.log load --to ${address_of[$host]}:$gateway_port --rate $rate --burst $burst --places 40 --connections 4" \
    "--jobid one -H echo-delay-ms:$delay_ms --duration $time --timeout 10s --json $*" >&7
}

# wait_loads SECONDS NAME...: until they have ended; a call may take 10 s more than its load, and a busy machine its time
wait_loads() {
  local until=$((SECONDS + $1 + 60)) line left
  shift
  left=" $* "
  while [ -n "${left// /}" ]; do
    if read -r -t 2 line <&8; then
      left=${left/" ${line% *} "/ }
    elif [ "$SECONDS" -gt "$until" ] || ! kill -0 "$loader" 2>/dev/null; then
      echo "scripts/lab: the load did not end:" >&2
      tail -n 20 "$work/loader.log" >&2
      return 1
    fi
  done
}

# warm_up STAGE: so that no call waits for a compiler; from ports that no stage measures
warm_up() {
  local host names=()
  ports_of_all 2000 9999 || return 1
  for host in ${active[@]+"${active[@]}"}; do
    start_load "$host" "$1" "warm-up-$host" "$warm"
    names+=("warm-up-$host")
  done
  wait_loads 2 ${names[@]+"${names[@]}"}
}

# The most seconds that a socket in TIME_WAIT still has.
youngest_timer() {
  in_host "$1" ss -tanoH state time-wait | awk '
    match($0, /timewait,[^,]*/) {
      text = substr($0, RSTART + 9, RLENGTH - 9); seconds = text + 0
      if (text ~ /min/) { rest = text; sub(/.*min/, "", rest); seconds = seconds * 60 + rest }
      if (text ~ /ms$/) seconds = 0
      if (seconds > most) most = seconds }
    END { print int(most) }'
}

# nginx_log HOST: nothing for Penstock, which tells its callers why a call failed
nginx_log() { cat "$work/$1"/lua_*/error.log 2>/dev/null; }

# no_ports HOST LINES: EADDRNOTAVAIL in nginx' log after so many lines: the second since 1970 and how often, line by line
no_ports() {
  local count day time
  nginx_log "$1" | tail -n "+$(($2 + 1))" | grep -F '(99:' | cut -c 1-19 | uniq -c |
    while read -r count day time; do echo "$(date -u -d "${day//\//-} $time" +%s) $count"; done
}
