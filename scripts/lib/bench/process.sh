# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Starting, measuring and ending the processes of a measurement. Only what was started here is ended.

started_pids=()

# spawn NAME COMMAND...: in the background, its output in $work/NAME.log, its id in $spawned
spawn() {
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 </dev/null &
  spawned=$!
  started_pids+=("$spawned")
}

# Ends the given processes: asks, waits at most 5 s, then ends them at once.
end_pids() {
  local pid tick
  for pid in "$@"; do kill -TERM "$pid" 2>/dev/null; kill -CONT "$pid" 2>/dev/null; done
  for pid in "$@"; do
    for tick in $(seq 50); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
      [ "$tick" = 50 ] && kill -KILL "$pid" 2>/dev/null
    done
    wait "$pid" 2>/dev/null
  done
  return 0
}

end_all() {
  trap - EXIT INT TERM
  end_pids ${started_pids[@]+"${started_pids[@]}"}
  started_pids=()
  [ -z "${work:-}" ] || rm -rf "$work"
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# wait_port NAME PORT [SECONDS]: at most 10 s, or as many as said
wait_port() {
  local tick
  for tick in $(seq $((${3:-10} * 20))); do
    port_open "$2" && return 0
    sleep 0.05
  done
  echo "$1 did not open port $2:" >&2
  tail -n 20 "$work/$1.log" >&2
  return 1
}

# free_ports N: into $free
free_ports() {
  local port=${next_port:-21000}
  free=()
  while [ ${#free[@]} -lt "$1" ]; do
    port_open "$port" || free+=("$port")
    port=$((port + 1))
  done
  next_port=$port
}

# A process and all its descendants, ids on one line.
family() {
  # awk would give up on all of them where one ends meanwhile.
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v root="$1" '
    { pid = $1; sub(/^.*\) /, ""); split($0, rest, " "); parent[pid] = rest[2] }
    END {
      member[root] = 1
      do { grown = 0
        for (p in parent) if (!(p in member) && (parent[p] in member)) { member[p] = 1; grown = 1 }
      } while (grown)
      for (p in member) printf "%s ", p
    }'
}

clock_ticks=$(getconf CLK_TCK)

# cpu_us PID: user and system time that the family of PID has used, in microseconds
cpu_us() {
  local pid total=0 line rest
  for pid in $(family "$1"); do
    line=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
    read -r -a rest <<<"${line##*) }"
    total=$((total + rest[11] + rest[12]))
  done
  echo $((total * 1000000 / clock_ticks))
}

# rss_kib PID: resident memory of the family of PID
rss_kib() {
  local pid total=0 key value
  for pid in $(family "$1"); do
    while read -r key value _; do
      if [ "$key" = VmRSS: ]; then total=$((total + value)); fi
    done <"/proc/$pid/status"
  done 2>/dev/null
  echo "$total"
}

# TCP connections that this network namespace has opened actively.
active_opens() {
  awk '$1 == "Tcp:" { if (!names) { for (i = 1; i <= NF; i++) at[$i] = i; names = 1 } else print $at["ActiveOpens"] }' \
    /proc/net/snmp
}

# wanted NAME: whether --only leaves it
wanted() {
  [ -z "$only" ] && return 0
  case ,$only, in *",$1,"*) return 0 ;; *) return 1 ;; esac
}

# Refuses what --only names and $known does not.
check_only() {
  local name
  for name in ${only//,/ }; do
    case " ${known[*]} " in *" $name "*) ;; *) refuse "--only does not know $name, but ${known[*]}" ;; esac
  done
}
