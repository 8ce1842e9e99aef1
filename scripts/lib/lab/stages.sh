# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The stages. Each has fresh gateway hosts, so that no TIME_WAIT of the one before counts; the settings of stage 2 share theirs, each with
# ports of its own. Sourced by scripts/lab.

wide_low=32768 wide_high=$((32768 + ports - 1))
if [ -n "$short" ]; then
  fin=2 cookies=2 reuse=4 all=4 others=3
else
  fin=6 cookies=6 reuse=8 all=8 others=12
fi

# read_article: the settings of the profile that this kernel has, as NAME=VALUE of net.ipv4, into $article and $value_of
declare -A value_of=()
article=()
read_article() {
  local name value
  while IFS='= ' read -r name value; do
    value_of[${name#net.ipv4.}]=$value
  done < <(grep -E '^net\.ipv4\.[a-z_]+ = [0-9]+$' "$root/sysctl/article.conf")
  # So many sockets take the short form's rate half a minute; a fifth shows the same.
  [ -z "$short" ] || value_of[tcp_max_tw_buckets]=$((${value_of[tcp_max_tw_buckets]:-0} / 5))
  for name in tcp_fin_timeout tcp_syncookies tcp_tw_reuse tcp_max_tw_buckets; do
    [ "${value_of[$name]:-0}" -gt 0 ] && article+=("$name=${value_of[$name]}") && continue
    echo "scripts/lab: sysctl/article.conf has no value of net.ipv4.$name" >&2
    return 1
  done
  # Long enough for as many sockets and a third more, two for each call.
  buckets=$((value_of[tcp_max_tw_buckets] * 4 / 6 / rate + 3))
}

titles() {
  case $1 in
    1) echo 'no reuse anywhere' ;;
    2-*) [ "$1" = 2-all ] || echo "$(setting_of "$1") = ${value_of[$(setting_of "$1")]} on top of 1" ;;&
    2-all) echo "the article's settings together on top of 1" ;;
    3) echo 'a Redis pool of 40, 10 s idle' ;;
    4) echo 'and upstream keep-alive of 40' ;;
    4-rush) echo 'the same, with more calls at once than the pool has places' ;;
    5) echo 'our defaults, in the same rush' ;;
  esac
}

# setting_of STAGE: the one it tries, nothing where it tries none or all
setting_of() {
  case $1 in
    2-fin) echo tcp_fin_timeout ;;
    2-cookies) echo tcp_syncookies ;;
    2-reuse) echo tcp_tw_reuse ;;
    2-buckets) echo tcp_max_tw_buckets ;;
  esac
}

# tried_value STAGE
tried_value() {
  local name
  name=$(setting_of "$1")
  [ -n "$name" ] && echo "${value_of[$name]}" || echo 0
}

# shape STAGE: how many calls begin at once, and how long the backend takes: few, or twice as many as a pool of 40
shape() {
  case $1 in
    4-rush | 5) burst=80 delay_ms=200 ;;
    *) burst=20 delay_ms=20 ;;
  esac
}

declare -A gateway_pid=()
active=()

# open_stage STAGE: a gateway host and a gateway for each subject that has this stage
open_stage() {
  local subject number=0
  active=()
  for subject in ${PENSTOCK_LAB_SUBJECTS//,/ }; do
    number=$((number + 1))
    [ "$1$subject" != 5nginx ] || continue
    active+=("$subject:$number")
    make_gateway_host "$subject" "$number" || return 1
    "start_${subject}_in" "$subject" "$1" || return 1
    gateway_pid[$subject]=$spawned
  done
  for subject in ${active[@]+"${active[@]}"}; do
    number=${subject#*:} subject=${subject%:*}
    wait_in client "198.18.$((number * 10)).2" 8091 "$work/$subject-$1.log" || return 1
  done
  warm_up "$1"
}

# warm_up STAGE: so that no call waits for a compiler; from ports that no stage measures
warm_up() {
  local subject loads=()
  ports_of_all 2000 9999 || return 1
  for subject in ${active[@]+"${active[@]}"}; do
    start_load "$subject" "$1" "warm-up-$1" 2
    loads+=("$spawned")
  done
  wait "${loads[@]}"
}

# start_load SUBJECT:NUMBER STAGE NAME SECONDS [FLAG...]: its process in $spawned
start_load() {
  local subject=$1 id=$2 name=$3 seconds=$4
  shift 4
  shape "$id"
  spawn "load-${subject%:*}-$name" nsenter --net="/proc/${holder[client]}/ns/net" -- "$java" -Xmx512m -XX:TieredStopAtLevel=1 \
    -jar "$harness_jar" load --to "198.18.$((${subject#*:} * 10)).2:8091" --rate "$rate" --burst "$burst" --connections 4 --jobid one \
    -H "echo-delay-ms: $delay_ms" --duration "${seconds}s" --timeout 10s --json "$@"
}

close_stage() {
  local subject
  for subject in ${active[@]+"${active[@]}"}; do
    subject=${subject%:*}
    # Nobody waits for its connections: the whole host goes.
    for pid in $(family "${gateway_pid[$subject]}"); do kill -KILL "$pid" 2>/dev/null; done
    wait "${gateway_pid[$subject]}" 2>/dev/null
    end_host "$subject"
  done
}

ports_of_all() {
  local subject
  for subject in ${active[@]+"${active[@]}"}; do setting "${subject%:*}" ip_local_port_range "$1 $2" || return 1; done
}

# set_all NAME=VALUE...
set_all() {
  local subject pair
  for subject in ${active[@]+"${active[@]}"}; do
    for pair in "$@"; do setting "${subject%:*}" "${pair%%=*}" "${pair#*=}" || return 1; done
  done
}

# measure ID LOW HIGH SECONDS: the load on every subject at once, watched
measure() {
  local id=$1 ports=$(($3 - $2 + 1)) seconds=$4 subject logged watchers=() loads=() index=0
  declare -A before=()
  ports_of_all "$2" "$3" || return 1
  echo "stage $id: $(titles "$id"), $ports ports, $seconds s" >&2
  for subject in "${active[@]}"; do
    before[${subject%:*}]=$(no_ports "${subject%:*}")
    watch_host "${subject%:*}" "${gateway_pid[${subject%:*}]}" "$work/run/${subject%:*}.$id.samples"
    watchers+=("$spawned")
    start_load "$subject" "$id" "$id" "$seconds" --series "$work/run/${subject%:*}.$id.series"
    loads+=("$spawned")
  done
  for subject in "${active[@]}"; do
    subject=${subject%:*}
    wait "${loads[index]}"
    [ -s "$work/run/$subject.$id.series" ] || {
      echo "scripts/lab: the load of stage $id did not run:" >&2
      tail -n 20 "$work/load-$subject-$id.log" >&2
      return 1
    }
    timer[$subject]=$(youngest_timer "$subject")
    index=$((index + 1))
  done
  end_pids "${watchers[@]}"
  for subject in "${active[@]}"; do
    subject=${subject%:*}
    logged=$(($(no_ports "$subject") - before[$subject]))
    printf '%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n' "$subject" "$id" "$(titles "$id")" "$ports" "$rate" "$burst" "$seconds" \
      "$(tried_value "$id")" "${timer[$subject]}" "$logged" >>"$work/run/stages"
  done
}
declare -A timer=()

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

# EADDRNOTAVAIL in nginx' log; Penstock tells its callers.
no_ports() {
  local count=0
  [ "$1" != nginx ] || count=$(cat "$work"/lua_*/error.log 2>/dev/null | grep -c '(99:')
  echo "${count:-0}"
}

stage_1() { open_stage 1 && measure 1 $wide_low "$wide_high" "$duration" && close_stage; }

# try_setting ID LOW SECONDS NAME=VALUE...: in half as many ports as calls begin in a second, from LOW on
try_setting() {
  local id=$1 low=$2 seconds=$3
  shift 3
  set_all "$@" && measure "$id" "$low" $((low + rate / 2 - 1)) "$seconds" && set_all tcp_fin_timeout=60 tcp_tw_reuse=0
}

stage_2() {
  open_stage 2 &&
    try_setting 2-fin 10000 $fin "tcp_fin_timeout=${value_of[tcp_fin_timeout]}" &&
    try_setting 2-cookies 15000 $cookies "tcp_syncookies=${value_of[tcp_syncookies]}" &&
    try_setting 2-reuse 20000 $reuse "tcp_tw_reuse=${value_of[tcp_tw_reuse]}" &&
    set_all "tcp_max_tw_buckets=${value_of[tcp_max_tw_buckets]}" && measure 2-buckets 25001 60000 "$buckets" &&
    try_setting 2-all 61000 $all "${article[@]}" && close_stage
}

later_stage() {
  open_stage "$1" && measure "$1" $wide_low "$wide_high" $others || return 1
  [ "$1" != 4 ] || measure 4-rush 10000 24999 $others || return 1
  close_stage
}
