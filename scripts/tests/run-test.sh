#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/run from outside: its answers to wrong use, and that it leaves no process behind.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/assert.sh"
cd "$here/../.." || exit 1

it "explains itself"
contains "scripts/run [--once]" "$(scripts/run --help)"

it "refuses an option that it does not know"
said=$(scripts/run --twice 2>&1)
equals "2 scripts/run: unknown option --twice (scripts/run --help)" "$? $said"

if [ ! -f gateway/target/penstock-gateway.jar ] || [ ! -f harness/target/penstock-harness.jar ]; then
  echo "  skip  the rest: the jars are not built"
  finish
fi

it "refuses what is no port, and says by which setting"
said=$(PORT=http scripts/run --once 2>&1)
equals "2 scripts/run: PORT=http is no port: expected 1 to 65535" "$? $(printf '%s' "$said" | tail -n 1)"

it "refuses the same port twice"
said=$(PORT=29101 GRPC_B=29101 scripts/run --once 2>&1)
equals "2 scripts/run: GRPC_B=29101 is used twice: give each setting a port of its own" "$? $(printf '%s' "$said" | tail -n 1)"

# Ports that the other tests and a running demonstration do not use.
export PORT=29091 ADMIN_PORT=29901 GRPC_A=29101 GRPC_B=29102 HTTP_BACKEND=29103 HOSTILE=29104 SILENT=29105
said=$(mktemp)
trap 'rm -f "$said"' EXIT

answering() {
  local port open=''
  for port in $PORT $ADMIN_PORT $GRPC_A $GRPC_B $HTTP_BACKEND $HOSTILE $SILENT; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then open="$open $port"; fi
  done
  echo "${open# }"
}

# until_up PID: at most a minute for the commands that are printed when everything is up
until_up() {
  local tick
  for tick in $(seq 600); do
    grep -q 'Ctrl-C ends everything' "$said" && return 0
    kill -0 "$1" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

it "makes every call and ends, with ports of one's own"
scripts/run --once >"$said" 2>&1
equals 0 "$?"
for kind in unary client-stream server-stream bidi get; do
  contains "$kind " "$(cat "$said")"
done
it "leaves nothing behind when it ends"
equals "" "$(answering)"

# Job control gives the script a process group of its own, in which SIGINT is not ignored; but for what this test
# was itself started with (nohup, a background job), which only GNU env takes back.
set -m
plain=(env "--default-signal=INT,TERM")
"${plain[@]}" true 2>/dev/null || plain=(env)

# ended PID: at most a minute for it to end, and its exit code
ended() {
  local tick
  for tick in $(seq 600); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -s KILL -- "-$1" 2>/dev/null
  wait "$1"
}

for signal in INT TERM; do
  it "stays up until $signal"
  "${plain[@]}" scripts/run >"$said" 2>&1 &
  pid=$!
  until_up "$pid"
  equals "0 $PORT $ADMIN_PORT $GRPC_A $GRPC_B $HTTP_BACKEND $HOSTILE $SILENT" "$? $(answering)"
  if [ "$signal" = INT ]; then
    it "names the port that is taken and its setting"
    taken=$(PORT=29092 ADMIN_PORT=29902 scripts/run --once 2>&1)
    equals 2 "$?"
    contains "port 29101 is taken: choose another with GRPC_A" "$taken"
  fi
  kill -s "$signal" -- "-$pid"
  it "drains on $signal, ends with 0 and leaves nothing behind"
  ended "$pid"
  equals "0 " "$? $(answering)"
done

finish
