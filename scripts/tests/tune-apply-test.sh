#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What scripts/tune writes and takes back: settings, the file for the next boot, its own undo file; and that it refuses
# before the first write.
# shellcheck disable=SC2016 # backquotes are part of messages
set -u
. "$(dirname "$0")/tune-inside.sh"

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
equals "gone" "$([ -e "$folder/state" ] || echo gone)"
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
it "and leaves no half-made file for the next boot"
apply --yes --persist-to "$folder/etc/90.conf" "$folder/p.conf"
equals "1 gone" "$code $([ -e "$folder/etc" ] || echo gone)"
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
it "undo takes the folder that was made for it, too"
equals "gone" "$([ -e "$folder/etc" ] || echo gone)"

# settings FILE: its lines but for comments, keys without their common part
settings() { grep -v '^#' "$1" | sed 's/net\.ipv4\.//' | tr '\n' ';'; }
mkdir "$folder/etc"
it "a second profile in the same file leaves the first one's settings there"
profile 'net.ipv4.tcp_fin_timeout = 31' 'net.ipv4.tcp_tw_reuse = 1'
apply --yes --persist-to "$folder/etc/90.conf" "$folder/p.conf"
cp "$folder/p.conf" "$folder/first.conf"
profile 'net/ipv4/tcp_fin_timeout = 32' "$several"
apply --yes --persist-to "$folder/etc/90.conf" "$folder/p.conf"
equals "0 tcp_tw_reuse = 1;net/ipv4/tcp_fin_timeout = 32;tcp_rmem = 4096 65536 1048576;" "$code $(settings "$folder/etc/90.conf")"
it "with the name of each profile above"
equals "2" "$(grep -c '^# From ' "$folder/etc/90.conf")"
it "sysctl -p takes that file"
if command -v sysctl >/dev/null; then equals "" "$(sysctl -p "$folder/etc/90.conf" 2>&1 >/dev/null)"; else echo "  skip  $case_name: no sysctl"; fi
it "the same profile again changes nothing there"
before=$(cat "$folder/etc/90.conf")
apply --yes --persist-to "$folder/etc/90.conf" "$folder/p.conf"
equals "0 $before" "$code $(cat "$folder/etc/90.conf")"
it "undo removes every file that was written"
apply --yes --persist-to "$folder/etc/91.conf" "$folder/p.conf"
undo
equals "0  $original" "$code $(ls "$folder/etc") $(values)"
it "undo puts back a file that was there before"
apply --yes --persist-to "$folder/etc/90.conf" "$folder/p.conf"
rm "$undo_file"
before=$(cat "$folder/etc/90.conf")
apply --yes --persist-to "$folder/etc/90.conf" "$folder/first.conf"
contains "tcp_fin_timeout = 31" "$(cat "$folder/etc/90.conf")"
undo
equals "0 $before" "$code $(cat "$folder/etc/90.conf")"
for pair in "${saved[@]}"; do printf '%s\n' "${pair#* }" >"$ipv4/${pair%% *}"; done
rm "$folder/etc/90.conf"
it "undo leaves a file alone that somebody has taken over"
apply --yes --persist-to "$folder/etc/90.conf" "$folder/first.conf"
echo '# mine now' >"$folder/etc/90.conf"
undo --json
equals "0 # mine now $original" "$code $(cat "$folder/etc/90.conf") $(values)"
contains '"result":"kept"' "$said"

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
mkdir -p "$folder/state"
echo nonsense >"$undo_file"
undo
equals 1 "$code"
contains "tune.undo:1: found \`nonsense\`" "$said"
rm "$undo_file"

echo "  nothing is written where the way back cannot be"
mkdir "$folder/full" "$folder/fixed"
mount -t tmpfs -o size=4k none "$folder/full" && head -c 8192 /dev/zero >"$folder/full/zeros" 2>/dev/null
mount -t tmpfs -o ro none "$folder/fixed"
# refuses WHAT OPTION...: nothing changes, and programs are told why
refuses() {
  local expected=$1
  shift
  tune apply --yes "$@" "$folder/first.conf"
  equals "1 $original" "$code $(values)"
  contains "$expected" "$said"
  contains "Nothing was written" "$said"
  said=$("$here/../tune" apply --yes --json "$@" "$folder/first.conf" 2>/dev/null)
  contains '"ok":false,"error":"' "$said"
  contains '"result":"not written"' "$said"
}
it "a full disk below the undo file"
refuses "cannot save $folder/full/tune.undo: No space left" --state "$folder/full/tune.undo"
equals "zeros" "$(ls "$folder/full")"
it "a full disk below the file for the next boot"
refuses "cannot save $folder/full/90.conf: No space left" --state "$undo_file" --persist-to "$folder/full/90.conf"
equals "zeros" "$(ls "$folder/full")"
it "a folder that cannot be written"
refuses "cannot save $folder/fixed/tune.undo: Read-only" --state "$folder/fixed/tune.undo"
it "a folder that cannot be made"
refuses "cannot make the folder $folder/fixed/new: Read-only" --state "$folder/fixed/new/tune.undo"
refuses "cannot make the folder $folder/fixed/new: Read-only" --state "$undo_file" --persist-to "$folder/fixed/new/90.conf"
it "an undo file that is a folder"
mkdir -p "$folder/state/tune.undo"
refuses "cannot read $undo_file" --state "$undo_file"
rmdir "$folder/state/tune.undo"
it "another apply at work"
if command -v flock >/dev/null; then
  exec 9<"$folder/state"
  flock 9
  refuses "another apply or undo is at work" --state "$undo_file"
  exec 9<&-
else echo "  skip  $case_name: no flock"; fi
it "a refusal leaves no file behind"
equals "" "$(ls "$folder/state")"
umount "$folder/full" "$folder/fixed"

echo "  programs are told of every refusal"
# tells CODE EXPECTED ARGUMENT...: one line of JSON
tells() {
  local wanted=$1 expected=$2
  shift 2
  it "tune $*"
  said=$("$here/../tune" "$@" 2>/dev/null </dev/null)
  equals "$wanted 1" "$? $(grep -c . <<<"$said")"
  contains "$expected" "$said"
  ! command -v jq >/dev/null || equals "" "$(jq empty <<<"$said" 2>&1)"
}
mkdir -p "$folder/state"
tells 2 '{"ok":false,"error":"say what to do' --json
tells 2 '{"ok":false,"error":"unknown option --wrong' apply --wrong --json
tells 2 '{"ok":false,"error":"--rounds: found 1' try --json --rounds 1 "$folder/p.conf"
tells 2 '{"ok":false,"error":"cannot read the profile /nowhere' apply --json /nowhere
tells 2 '"ok":false,"error":"cannot read the profile /nowhere' show --json /nowhere "$folder/p.conf"
tells 2 '{"ok":false,"error":"--with: net.ipv4.nothing does not belong' try --json --with net.ipv4.nothing=1 "$folder/p.conf"
tells 1 '{"ok":false,"error":"nothing was applied' verify --json --state "$undo_file"
tells 1 '"error":"Nothing was written."' apply --json --state "$undo_file" "$folder/p.conf"
tells 1 'does harm' apply --json --yes --state "$undo_file" "$sysctl_folder/article.conf"
tells 1 'exists, and is not of this script' apply --json --yes --state "$undo_file" --persist-to "$folder/etc/90.conf" "$folder/p.conf"
echo nonsense >"$undo_file"
tells 1 'found `nonsense`' undo --json --state "$undo_file"
tells 1 'found `nonsense`' apply --json --yes --state "$undo_file" "$folder/p.conf"
rm "$undo_file"
printf 'nonsense "\001\n' >"$folder/p.conf"
tells 2 'expected KEY = VALUE' apply --json "$folder/p.conf"
finish
