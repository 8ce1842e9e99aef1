# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The stages. Each has gateway hosts of its own, so that no TIME_WAIT of another counts; the settings of stage 2 share theirs, each with
# ports of its own. All gateways start together, and are measured one stage after the other. Sourced by scripts/lab.

wide_low=32768 wide_high=$((32768 + ports - 1))
if [ -n "$short" ]; then
  fin=2 cookies=2 reuse=3 all=3 few=2 rush=3 warm=1500ms
else
  fin=6 cookies=6 reuse=8 all=8 few=12 rush=12 warm=2s
fi

# read_article: the settings of the profile that this kernel has, as NAME=VALUE of net.ipv4, into $article and $value_of
declare -A value_of=()
article=()
read_article() {
  local name value
  while IFS='= ' read -r name value; do
    value_of[${name#net.ipv4.}]=$value
  done < <(grep -E '^net\.ipv4\.[a-z_]+ = [0-9]+$' "$root/sysctl/article.conf")
  # So many sockets take the short form's rate half a minute; a tenth shows the same.
  [ -z "$short" ] || value_of[tcp_max_tw_buckets]=$((${value_of[tcp_max_tw_buckets]:-0} / 10))
  for name in tcp_fin_timeout tcp_syncookies tcp_tw_reuse tcp_max_tw_buckets; do
    [ "${value_of[$name]:-0}" -gt 0 ] && article+=("$name=${value_of[$name]}") && continue
    echo "scripts/lab: sysctl/article.conf has no value of net.ipv4.$name" >&2
    return 1
  done
  # Long enough for as many sockets and a third more, two for each call.
  buckets=$((value_of[tcp_max_tw_buckets] * 4 / 6 / rate + 1))
}

titles() {
  case $1 in
    1) echo 'no reuse anywhere' ;;
    2-*) [ "$1" = 2-all ] || echo "$(setting_of "$1") = ${value_of[$(setting_of "$1")]} on top of 1" ;;&
    2-all) echo "the article's settings together on top of 1" ;;
    3) echo 'a Redis pool of 40, 10 s idle' ;;
    4) echo 'and upstream keep-alive of 40' ;;
    4-rush) echo 'the same, with more calls at once than places' ;;
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

declare -A gateway_pid=() hosts_of=() address_of=()
active=()

# start_stage STAGE: a gateway host and a gateway for each subject that has this stage, which nobody waits for yet
start_stage() {
  local subject host
  for subject in ${PENSTOCK_LAB_SUBJECTS//,/ }; do
    [ "$1$subject" != 5nginx ] || continue
    host=$subject-$1 gateways=$((gateways + 1))
    make_gateway_host "$host" "$gateways" && "start_${subject}_in" "$host" "$1" || return 1
    gateway_pid[$host]=$spawned address_of[$host]=198.18.$((gateways * 10)).2 hosts_of[$1]+="$host "
  done
}
gateways=0

# open_stage STAGE: its hosts become the active ones, warm and ready to be measured
open_stage() {
  local host
  read -r -a active <<<"${hosts_of[$1]:-}"
  for host in ${active[@]+"${active[@]}"}; do
    wait_in client "${address_of[$host]}" "$gateway_port" "$work/$host.log" || return 1
  done
  warm_up "$1"
}

close_stage() {
  local host pid
  for host in ${active[@]+"${active[@]}"}; do
    # Nobody waits for its connections: the whole host goes.
    for pid in $(family "${gateway_pid[$host]}"); do kill -KILL "$pid" 2>/dev/null; done
    wait "${gateway_pid[$host]}" 2>/dev/null
    end_host "$host"
  done
}

ports_of_all() {
  local host
  for host in ${active[@]+"${active[@]}"}; do setting "$host" ip_local_port_range "$1 $2" || return 1; done
}

# set_all NAME=VALUE...
set_all() {
  local host pair
  for host in ${active[@]+"${active[@]}"}; do
    for pair in "$@"; do setting "$host" "${pair%%=*}" "${pair#*=}" || return 1; done
  done
}

# measure ID LOW HIGH SECONDS: the load on every subject at once, watched
measure() {
  local id=$1 ports=$(($3 - $2 + 1)) seconds=$4 host file watchers=() names=() tick
  local -A timer=() lines=()
  ports_of_all "$2" "$3" || return 1
  echo "stage $id: $(titles "$id"), $ports ports, $seconds s" >&2
  for host in ${active[@]+"${active[@]}"}; do
    watch_host "$host" "$work/run/${host%-*}.$id.samples"
    watchers+=("$spawned")
    lines[$host]=$(nginx_log "$host" | wc -l)
  done
  for host in ${active[@]+"${active[@]}"}; do
    file=$work/run/${host%-*}.$id
    # The first sample is from before the load.
    for tick in $(seq 400); do [ -s "$file.samples" ] && break; sleep 0.02; done
    start_load "$host" "$id" "${host%-*}-$id" "${seconds}s" --series "$file.series"
    names+=("${host%-*}-$id")
  done
  wait_loads "$seconds" ${names[@]+"${names[@]}"} || return 1
  for host in ${active[@]+"${active[@]}"}; do
    timer[$host]=$(youngest_timer "$host")
    [ -s "$work/run/${host%-*}.$id.series" ] && continue
    echo "scripts/lab: the load of stage $id did not run:" >&2
    tail -n 20 "$work/load-${host%-*}-$id.log" >&2
    return 1
  done
  end_pids ${watchers[@]+"${watchers[@]}"}
  for host in ${active[@]+"${active[@]}"}; do
    no_ports "$host" "${lines[$host]}" >"$work/run/${host%-*}.$id.logged"
    printf '%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\n' "${host%-*}" "$id" "$(titles "$id")" "$ports" "$rate" "$burst" "$seconds" \
      "$(tried_value "$id")" "${timer[$host]}" >>"$work/run/stages"
  done
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

# Calls that meet a pool have ports enough: it is not them that are tried.
stage_3() { open_stage 3 && measure 3 10000 37999 $few && close_stage; }
stage_4() { open_stage 4 && measure 4 10000 37999 $few && measure 4-rush 38000 65000 $rush && close_stage; }
stage_5() { open_stage 5 && measure 5 $wide_low "$wide_high" $rush && close_stage; }
