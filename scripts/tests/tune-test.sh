#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/tune with a real kernel, in a network namespace of its own. Of /proc/sys only what belongs to that can be
# written in here: the machine's settings are safe even from a mistake.
# shellcheck disable=SC2016 # backquotes are part of messages
set -u
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin

if [ "${1:-}" != inside ]; then
  # A dry run writes nothing; out here it sees the keys of the whole machine, too.
  for file in "$here"/../../sysctl/*.conf; do
    sysctl --help 2>/dev/null | grep -q dry-run || break
    checked="${checked:-}x"
    [ -z "$(sysctl --dry-run -p "$file" 2>&1 >/dev/null)" ] || refused="${refused:-} ${file##*/}"
  done
  export checked refused
  for flags in '' -r; do
    # shellcheck disable=SC2086 # none or one
    if unshare $flags -n -m true 2>/dev/null; then exec unshare $flags -n -m bash "$0" inside; fi
  done
  echo "  skip  scripts/tune: network namespaces cannot be made here (root or user namespaces are needed)"
  exit 0
fi

. "$here/assert.sh"
if ! { mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys &&
  mount --bind /proc/sys/net /proc/sys/net && mount -o remount,bind,rw /proc/sys/net; }; then
  echo "  skip  scripts/tune: /proc/sys cannot be made read-only here"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sysctl_folder=$(cd "$here/../../sysctl" && pwd)
undo_file=$folder/state/tune.undo
ipv4=/proc/sys/net/ipv4

# tune ARGUMENT...: its exit code in $code, what it said in $said
tune() {
  said=$(TMPDIR=$folder "$here/../tune" "$@" 2>&1 </dev/null)
  code=$?
}
apply() { tune apply --state "$undo_file" "$@"; }
undo() { tune undo --state "$undo_file" "$@"; }
profile() {
  printf '%s\n' "$@" >"$folder/p.conf"
}
values() { cat "$ipv4/tcp_tw_reuse" "$ipv4/tcp_fin_timeout" "$ipv4/tcp_max_tw_buckets" "$ipv4/ip_local_port_range" "$ipv4/tcp_rmem" | tr '\n' ' '; }
machine_values() { cat /proc/sys/fs/file-max /proc/sys/fs/nr_open /proc/sys/net/core/rmem_max; }
original=$(values)
saved=()
for key in tcp_tw_reuse tcp_fin_timeout tcp_max_tw_buckets tcp_syncookies; do saved+=("$key $(cat "$ipv4/$key")"); done
machine=$(machine_values)

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

echo "  apply and undo"
it "needs root, and says so in one sentence"
mkdir "$folder/bin"
printf '#!/bin/sh\necho 1000\n' >"$folder/bin/id"
chmod +x "$folder/bin/id"
said=$(PATH=$folder/bin:$PATH "$here/../tune" apply "$sysctl_folder/gateway.conf" 2>&1)
equals "1 scripts/tune: apply needs root: run it with sudo." "$? $said"
rm "$folder/bin/id"

it "refuses harm, says what breaks, and writes nothing"
apply --yes "$sysctl_folder/article.conf"
equals "1 $original" "$code $(values)"
contains "What breaks: late segments" "$said"
it "says so to programs, too"
apply --yes --json "$sysctl_folder/article.conf"
equals "1 $original" "$code $(values)"
contains '"result":"refused"' "$said"
it "does not take silence for a yes"
apply "$sysctl_folder/gateway.conf"
equals "1 $original" "$code $(values)"
contains "Nothing was written" "$said"

several='net.ipv4.tcp_rmem = 4096 65536 1048576'
profile 'net.ipv4.tcp_fin_timeout = 30' "$several" 'net.ipv4.ip_local_port_range = 20000 40001' 'fs.file-max = 12345' 'net.ipv4.tcp_tw_recycle = 1'
it "writes what this kernel knows of a namespace, and leaves the machine alone"
apply --yes "$folder/p.conf"
equals 0 "$code"
contains "3 written" "$said"
contains "belongs to the whole machine" "$said"
equals "30 20000 40001 $machine" "$(cat $ipv4/tcp_fin_timeout) $(tr '\t' ' ' <$ipv4/ip_local_port_range) $(machine_values)"
it "verify reads it back"
tune verify --state "$undo_file"
equals 0 "$code"
it "verify sees what changed"
echo 44 >$ipv4/tcp_fin_timeout
tune verify --state "$undo_file" --json
equals 1 "$code"
contains '"now":"44","result":"differs"' "$said"
it "a second apply keeps the oldest values, with all that harms when forced"
apply --yes --force "$sysctl_folder/article.conf"
equals "0 5000" "$code $(cat $ipv4/tcp_max_tw_buckets)"
it "undo puts back what was there, and says what somebody changed"
echo 51 >$ipv4/tcp_fin_timeout
undo
equals "0 $original" "$code $(values)"
contains "somebody changed it since" "$said"
it "undo leaves nothing behind"
equals "" "$(ls -A "$folder/state")"
it "undo has nothing to do the second time"
undo
equals "0 $original" "$code $(values)"
contains "Nothing to undo" "$said"

it "an apply that fails half-way says so, and undo puts back"
profile 'net.ipv4.tcp_tw_reuse = 1' 'net.ipv4.tcp_fin_timeout = 30' 'net.ipv4.tcp_max_tw_buckets = 200000'
mount --bind $ipv4/tcp_fin_timeout $ipv4/tcp_fin_timeout
mount -o remount,bind,ro $ipv4/tcp_fin_timeout
apply --yes "$folder/p.conf"
equals "1 1" "$code $(cat $ipv4/tcp_tw_reuse)"
contains "1 of 3 written" "$said"
umount $ipv4/tcp_fin_timeout
undo
equals "0 $original" "$code $(values)"

it "Ctrl-C between two writes ends apply with 130, and undo puts back"
# The script asks tr for each key's path: here is where it gets the signal, after the first value was written.
cat >"$folder/bin/tr" <<TR
#!/bin/sh
input=\$(cat)
case "\$input \$(cat $ipv4/tcp_tw_reuse)" in *tcp_fin_timeout*\ 1) kill -s INT 0 ;; esac
printf '%s\n' "\$input" | $(command -v tr) "\$@"
TR
chmod +x "$folder/bin/tr"
set -m
plain=(env "--default-signal=INT")
"${plain[@]}" true 2>/dev/null || plain=(env)
PATH=$folder/bin:$PATH "${plain[@]}" "$here/../tune" apply --yes --state "$undo_file" "$folder/p.conf" >"$folder/said" 2>&1 </dev/null &
wait $!
equals "130 1 60" "$? $(cat $ipv4/tcp_tw_reuse) $(cat $ipv4/tcp_fin_timeout)"
contains "interrupted by SIGINT: 1 of 3 written" "$(cat "$folder/said")"
set +m
undo
equals "0 $original" "$code $(values)"

it "persists what holds, and undo removes the file"
apply --yes --persist-to "$folder/etc/90.conf" "$sysctl_folder/gateway.conf"
equals 0 "$code"
contains "net.ipv4.tcp_slow_start_after_idle = 0" "$(cat "$folder/etc/90.conf")"
undo
equals "0 gone" "$code $([ -e "$folder/etc/90.conf" ] || echo gone)"
it "does not overwrite somebody else's file"
echo '# mine' >"$folder/etc/90.conf"
apply --yes --persist-to "$folder/etc/90.conf" "$sysctl_folder/gateway.conf"
equals "1 # mine $original" "$code $(cat "$folder/etc/90.conf") $(values)"
it "undo keeps away from another namespace"
apply --yes "$sysctl_folder/gateway.conf"
said=$(unshare -n "$here/../tune" undo --state "$undo_file" 2>&1)
equals 1 $?
contains "is of the network namespace" "$said"
undo
equals "0 $original" "$code $(values)"
it "undo refuses a file that it did not write"
echo nonsense >"$undo_file"
undo
equals 1 "$code"
contains "tune.undo:1: found \`nonsense\`" "$said"
rm "$undo_file"

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
