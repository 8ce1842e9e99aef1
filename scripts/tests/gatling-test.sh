#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/gatling from outside: its answers to wrong use, every simulation in its short form, and that it leaves nothing
# behind, also on Ctrl-C.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/assert.sh"
cd "$here/../.." || exit 1

it "explains itself in 80 columns"
contains "scripts/gatling NAME... [--short] [--json]" "$(scripts/gatling --help)"
equals "" "$(scripts/gatling --help | grep -E '.{81,}')"

it "refuses an unknown simulation, and names those there are"
said=$(scripts/gatling keepalives 2>&1)
equals 2 "$?"
contains "found keepalives, expected all, keepalive flood avalanche" "$said"

it "refuses an unknown option"
said=$(scripts/gatling flood --shorter 2>&1)
equals "2 scripts/gatling: unknown option --shorter (scripts/gatling --help)" "$? $said"

it "wants a simulation"
said=$(scripts/gatling --short 2>&1)
equals "2 scripts/gatling: say which simulation, or all (scripts/gatling --help)" "$? $said"

if [ ! -f gateway/target/penstock-gateway.jar ] || [ ! -f harness/target/penstock-harness.jar ]; then
  echo "  skip  the rest: the jars are not built"
  finish
fi

said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
names='keepalive flood avalanche split websocket sse slow-clients large-bodies http2'

it "lists them all"
equals "$names" "$(scripts/gatling --list | awk '{ printf "%s%s", sep, $1; sep = " " }')"

# A temporary folder of its own shows what is left there, and marks its processes, all of which inherit its name.
mkdir "$said/tmp"
left() {
  local file pid
  for file in /proc/[0-9]*/environ; do
    pid=${file#/proc/}
    pid=${pid%/environ}
    # Not what this test runs to look, nor what has ended and was not waited for yet.
    # The shell says so itself when it cannot open one.
    if { tr '\0' '\n' <"$file"; } 2>/dev/null | grep -qx "TMPDIR=$said/tmp"; then ps -o pid=,args= -p "$pid"; fi
  done
  ls "$said/tmp"
}

it "passes all of them in the short form, in one JVM"
started=$SECONDS
TMPDIR=$said/tmp scripts/gatling all --short --json >"$said/all" 2>"$said/err"
code=$?
echo "  note  $((SECONDS - started)) s"
[ "$code" = 0 ] || cat "$said/all" "$said/err"
equals 0 "$code"
it "says of each that its counts agree and where its report is"
for name in $names; do
  line=$(grep "\"simulation\":\"$name\"" "$said/all")
  contains '"passed":true,"gatling":true,"agree":true' "$line"
  page=${line#*\"report\":\"}
  page=${page%%\"*}
  contains 'id="gateway"' "$(cat "$page" 2>/dev/null)"
done
it "leaves no process and no file behind"
equals "" "$(left)"

# Job control gives the script a process group of its own, in which SIGINT is not ignored.
set -m
plain=(env "--default-signal=INT,TERM")
"${plain[@]}" true 2>/dev/null || plain=(env)
it "ends on Ctrl-C in the middle, and leaves nothing behind"
TMPDIR=$said/tmp "${plain[@]}" scripts/gatling keepalive >"$said/half" 2>&1 &
pid=$!
for tick in $(seq 600); do
  grep -q '^Simulation .* started' gatling/target/reports/gatling.log 2>/dev/null &&
    [ gatling/target/reports/gatling.log -nt "$said/all" ] && break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
kill -s INT -- "-$pid"
wait "$pid"
equals "130 " "$? $(left)"
it "was really in the middle of it, the ${tick}th look"
contains "== keepalive" "$(cat "$said/half")"

finish
