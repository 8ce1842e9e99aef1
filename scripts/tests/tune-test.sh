#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/tune with a real kernel: profiles, verdicts, and what try measures.
# shellcheck disable=SC2016 # backquotes are part of messages
set -u

outside() {
  local file
  # A dry run writes nothing; out here it sees the keys of the whole machine, too.
  for file in "$here"/../../sysctl/*.conf; do
    sysctl --help 2>/dev/null | grep -q dry-run || break
    checked="${checked:-}x"
    [ -z "$(sysctl --dry-run -p "$file" 2>&1 >/dev/null)" ] || refused="${refused:-} ${file##*/}"
  done
  export checked refused
}
. "$(dirname "$0")/tune-inside.sh"

echo "  the profiles"
for file in article gateway high-connections; do
  it "$file.conf is as this kernel has it"
  tune check "$sysctl_folder/$file.conf"
  equals 0 "$code"
done
it "sysctl -p takes each of them"
if [ -n "${checked:-}" ]; then equals "" "${refused:-}"; else echo "  skip  $case_name: needs sysctl of procps-ng 4"; fi
if [ -n "${checked:-}" ]; then
  it "sysctl -p writes article.conf"
  sysctl -p "$sysctl_folder/article.conf" >/dev/null 2>&1
  equals "0 5000" "$? $(cat $ipv4/tcp_max_tw_buckets)"
  for pair in "${saved[@]}"; do printf '%s\n' "${pair#* }" >"$ipv4/${pair%% *}"; done
fi
it "article.conf says that tcp_tw_recycle is gone"
tune show "$sysctl_folder/article.conf"
contains "gone from the kernel" "$said"
it "check tells keys of the machine from those of a namespace"
profile '# does: a' '# cures: b' '# range: 1..9' '# since: 1' '# scope: namespace' '# load: none' '# verdict: keep' '# why: c' 'fs.nr_open = 5'
tune check "$folder/p.conf"
equals 1 "$code"
contains "belong to the machine, the profile says namespace" "$said"
it "check reports a module that is not loaded, and no error"
profile '# does: a' '# cures: b' '# range: 1..9' '# since: 1' '# scope: namespace' '# load: none' '# verdict: keep' '# why: c' \
  '# module: nf_nothing' '-net.netfilter.nf_nothing* = 5'
tune check "$folder/p.conf"
equals 0 "$code"
contains "the module nf_nothing is not loaded" "$said"
it "check fails for a key that nobody knows"
profile 'net.ipv4.tcp_no_such_thing = 1'
tune check "$folder/p.conf"
equals 1 "$code"
contains "unknown to this kernel" "$said"

echo "  bad profiles"
# bad WHAT LINE...
bad() {
  local expected=$1
  shift
  profile "$@"
  it "refuses: $expected"
  tune show "$folder/p.conf"
  equals 2 "$code"
  contains "$folder/p.conf:$expected" "$said"
}
bad '1: found `nonsense`, expected KEY = VALUE' 'nonsense'
bad '2: net.ipv4.tcp_tw_reuse stands on line 1 already' 'net.ipv4.tcp_tw_reuse = 1' 'net.ipv4.tcp_tw_reuse = 2'
bad '1: found no value for net.ipv4.tcp_tw_reuse' 'net.ipv4.tcp_tw_reuse ='
bad '1: found `../../etc/passwd`, expected a key' '../../etc/passwd = 1'
bad '2: `cures:` is missing' '# does: a' 'net.ipv4.tcp_tw_reuse = 1'
bad '9: found 7, expected 0..2' '# does: a' '# cures: b' '# range: 0..2' '# since: 1' '# scope: namespace' '# load: none' '# verdict: keep' \
  '# why: c' 'net.ipv4.tcp_tw_reuse = 7'
bad '1: found `scope: planet`, expected one of namespace machine' '# scope: planet' 'net.ipv4.tcp_tw_reuse = 1'
bad ' found no setting' '# nothing'

echo "  verdicts"
# verdict A,B,LOST...: one round each
verdict() {
  local round=0 triple a b lost
  for triple in "$@"; do
    round=$((round + 1))
    IFS=, read -r a b lost <<<"$triple"
    printf 'x\037churn\037%s\037A\037%s\0370\nx\037churn\037%s\037B\037%s\037%s\n' "$round" "$a" "$round" "$b" "$lost"
  done | LC_ALL=C awk -f "$here/../lib/tune/verdict.awk" | cut -d $'\037' -f 3-8 | tr '\037' ' '
}
it "keep is all of the interval beyond a point, as Student has it"
equals "keep 3 80.0 90.0 10.0 7.5" "$(verdict 80,89,0 80,90,0 80,91,0)"
it "useless is all of it within"
equals "useless 3 80.0 80.0 0.0 -0.2" "$(verdict 80,80.1,0 80,79.9,0 80,80,0)"
it "harmful is what makes it worse"
equals "harmful 3 80.0 70.0 -10.0 -12.5" "$(verdict 80,69,0 80,70,0 80,71,0)"
it "harmful is what helps by destroying"
equals "harmful 3 80.0 90.0 10.0 7.5" "$(verdict 80,89,15 80,90,14 80,91,16)"
it "noise is undecided"
equals "undecided 2 80.0 85.0 5.0 -58.5" "$(verdict 80,80,0 80,90,0)"

echo "  try"
. "$here/../lib/jdk.sh"
if ! jdk_use 2>/dev/null || ! command -v ip >/dev/null 2>&1 || ! command -v ss >/dev/null 2>&1; then
  echo "  skip  try: needs a JDK, and ip and ss of iproute2"
  finish
fi
it "measures that tcp_max_tw_buckets destroys, and writes nothing of the machine"
profile 'net.ipv4.tcp_max_tw_buckets = 5000' 'fs.file-max = 12345'
tune try --rounds 2 "$folder/p.conf"
equals "0 $original $machine" "$code $(values) $(machine_values)"
contains "harmful    net.ipv4.tcp_max_tw_buckets = 5000 (churn)" "$said"
contains "the whole machine, which is never written here" "$said"
it "leaves no folder behind"
equals "" "$(ls -d "$folder"/penstock-tune* 2>/dev/null)"

it "Ctrl-C in the middle of try ends all of it"
set -m
TMPDIR=$folder "${plain[@]}" "$here/../tune" try "$folder/p.conf" >"$folder/said" 2>&1 </dev/null &
pid=$!
for _ in $(seq 600); do
  # One measurement is over, and its neighbour runs: the far end, a link and callers are there.
  grep -q . "$folder"/penstock-tune*/results 2>/dev/null && break
  sleep 0.1
done
kill -s INT -- "-$pid"
wait "$pid"
equals 130 $?
set +m
# Every process of it has the folder's name among its arguments.
for _ in $(seq 100); do
  left=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -c "^$folder/penstock-tune")
  [ "$left" != 0 ] || break
  sleep 0.1
done
equals "0 " "$left $(ls -d "$folder"/penstock-tune* 2>/dev/null)"
finish
