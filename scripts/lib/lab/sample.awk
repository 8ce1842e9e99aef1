# SPDX-License-Identifier: Apache-2.0
#
# One sample of sample.sh as a line of JSON. In: `ss -tanH` with kind=sockets, /proc/net/snmp and /proc/net/netstat with
# kind=counters, /proc/stat with kind=machine. -v at=MILLIS cpu=MICROS hertz=TICKS redis=HOST backend=HOST port=OF-THE-GATEWAY

kind == "sockets" {
  state = $1 == "ESTAB" ? "ESTABLISHED" : $1
  gsub("-", "_", state)
  gsub(/\[::ffff:|\]/, "", $5)
  to = "other"
  if (index($5, redis ":") == 1) to = "redis"
  else if (index($5, backend ":") == 1) to = "backend"
  else if (state != "LISTEN" && $4 ~ ":" port "$") to = "client"
  sockets[to, state]++
  known[to] = 1; states[state] = 1
}

kind == "counters" {
  if (!($1 in names)) { names[$1] = $0; next }
  count = split(names[$1], name, " ")
  for (i = 2; i <= count; i++) value[name[i]] = $i
}

# user nice system idle iowait irq softirq steal
kind == "machine" && $1 == "cpu" {
  for (i = 2; i <= 9; i++) total += $i
  idle = $5 + $6
}

function micros(ticks) { return sprintf("%.0f", ticks * 1000000 / hertz) }

END {
  printf "{\"at_ms\":%s,\"sockets\":{", at
  for (to in known) {
    printf "%s\"%s\":{", comma, to
    inner = ""
    for (state in states) if ((to, state) in sockets) { printf "%s\"%s\":%d", inner, state, sockets[to, state]; inner = "," }
    printf "}"
    comma = ","
  }
  printf "}"
  split("ActiveOpens PassiveOpens ListenOverflows TW TWRecycled TCPTimeWaitOverflow", wanted, " ")
  for (i = 1; i in wanted; i++) printf ",\"%s\":%s", wanted[i], value[wanted[i]] == "" ? 0 : value[wanted[i]]
  printf ",\"cpu_us\":%s,\"machine_us\":%s,\"idle_us\":%s}\n", cpu, micros(total), micros(idle)
}
