#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/lab from outside: wrong use, a short run whose claims hold, Ctrl-C, and that it leaves nothing behind.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/assert.sh"
cd "$here/../.." || exit 1

it "explains itself"
contains "scripts/lab timewait [OPTION...]" "$(scripts/lab --help)"
it "does so in 80 columns"
equals "" "$(scripts/lab --help | awk 'length > 80')"

# refuses ARGUMENT... SENTENCE
refuses() {
  local said wanted=${*: -1}
  set -- "${@:1:$#-1}"
  said=$(scripts/lab "$@" 2>&1)
  equals "2 scripts/lab: $wanted" "$? $said"
}

it "wants to know what to run"
refuses nothing "say what to run: timewait (scripts/lab --help)"
it "refuses an option that it does not know"
refuses timewait --quick "unknown option --quick (scripts/lab --help)"
it "refuses a rate that is none"
refuses timewait --rate 7 "--rate takes a number from 80 to 5000, found '7' (scripts/lab --help)"
it "refuses more ports than Linux has in its range"
refuses timewait --ports 30000 "--ports takes a number from 100 to 28232, found '30000' (scripts/lab --help)"
it "refuses a stage that is none"
refuses timewait --stages 1,6 "--stages does not know '6', but: 1 2 3 4 5 (scripts/lab --help)"
it "refuses an option without its value"
refuses timewait --out "--out takes a value (scripts/lab --help)"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Where the folder of a run would stay; only a run has it in its environment, and so has every process that it starts.
mkdir "$scratch/tmp"

# host: what the laboratory must not change
host() {
  cat /proc/sys/net/ipv4/{ip_local_port_range,tcp_tw_reuse,tcp_fin_timeout,tcp_max_tw_buckets,tcp_syncookies} /proc/sys/net/core/somaxconn
  awk 'NR > 2 { print $1 }' /proc/net/dev | sort
}

# processes: those of a run
processes() { grep -alF "TMPDIR=$scratch/tmp" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3; }

# spaces: the network namespaces of a run
spaces() {
  local pid
  for pid in $(processes); do readlink "/proc/$pid/ns/net" 2>/dev/null; done | sort -u | grep -vxF "$(readlink /proc/self/ns/net)"
}

# left: processes, files and namespaces ($spaces) of a run; the kernel may take a moment for them
left() {
  local tick found
  for tick in $(seq 100); do
    found=$(processes; ls "$scratch/tmp"; readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -xF "${spaces:-none}" | sort -u)
    [ -z "$found" ] && break
    sleep 0.1
  done
  echo "$found"
}

before=$(host)
said=$(TMPDIR=$scratch/tmp timeout -k 20 -s INT 240 scripts/lab timewait --short --subject penstock --stages 1,2,4,5 --out "$scratch/out" \
  --json 2>"$scratch/errors")
code=$?
if [ "$code" = 2 ]; then
  echo "  skip  the rest: $(tail -n 1 "$scratch/errors")"
  finish
fi
claims=$(printf '%s' "$said" | tr '{' '\n' | grep '"claim"')
count() { grep -c "\"outcome\":\"$1\"" <<<"$claims"; }
# A busy machine may leave some open; none of them may fail for that.
unjudged=$(count unjudged)

it "makes a short run in which no claim fails"
equals 0 "$(count fails)"
grep '"outcome":"fails"' <<<"$claims"
it "ends with what came out"
if [ "$unjudged" = 0 ]; then equals 0 "$code"; else equals 3 "$code"; fi
[ "$code" = 0 ] || [ "$code" = 3 ] || tail -n 20 "$scratch/errors"
it "says what the machine was too busy for, and why"
equals "$unjudged" "$(grep -c '"why":"the machine was too busy to judge this: ' <<<"$claims")"
[ "$unjudged" = 0 ] || echo "        $unjudged of $(wc -l <<<"$claims") claims: $(grep -o -m 1 '"why":"t[^"]*"' <<<"$claims")"

it "has claims of every stage"
equals "1 2 2-all 2-buckets 2-cookies 2-fin 2-reuse 4 4-rush 5" \
  "$(grep -o '"stage":"[^"]*"' <<<"$claims" | sort -u | cut -d '"' -f 4 | paste -s -d ' ')"
it "writes a page that draws every stage"
equals 9 "$(grep -c '<h3>penstock' "$scratch/out/report.html")"
it "writes each second for programs, with every state and counter"
seconds=$(tr -d ' \n' <"$scratch/out/report.json")
for each in '"TIME_WAIT":' '"ESTABLISHED":' '"client":{' '"redis":{' '"backend":{' '"TWRecycled":' '"ListenOverflows":' '"PassiveOpens":' \
  '"idle_us":' '"cpu_us":' '"in_flight":' '"failed":{"no-local-port":'; do
  case $seconds in *"$each"*) ;; *) missing=${missing:-}$each ;; esac
done
equals "" "${missing:-}"

it "leaves nothing of a run behind"
equals "" "$(left)"
it "leaves the host as it was"
equals "$before" "$(host)"

# As a terminal does: to the whole process group.
set -m
TMPDIR=$scratch/tmp scripts/lab timewait --short --duration 120 --subject penstock --stages 1 --out "$scratch/out" >"$scratch/said" 2>&1 &
run=$!
set +m
for tick in $(seq 900); do
  grep -q '^stage 1:' "$scratch/said" && break
  kill -0 "$run" 2>/dev/null || break
  sleep 0.1
done
spaces=$(spaces)
kill -INT -- "-$run"
wait "$run"
code=$?
it "ends at Ctrl-C in the middle, when the hosts are there"
equals "130 1 5" "$code $(grep -c '^stage 1:' "$scratch/said") $(wc -l <<<"$spaces")"
[ "$code" = 130 ] || tail -n 20 "$scratch/said"
it "leaves nothing behind at Ctrl-C either"
equals "" "$(left)"
it "leaves the host as it was then, too"
equals "$before" "$(host)"

browser=''
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && browser=$name && break
done
it "has a page that a browser shows"
if [ -z "$browser" ]; then
  echo "  skip  $case_name: no Chromium here"
  finish
fi
shown=$(timeout -k 5 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$scratch/browser" --dump-dom \
  "file://$scratch/out/report.html" 2>/dev/null)
contains "TIME_WAIT laboratory</h1>" "$shown"
finish
