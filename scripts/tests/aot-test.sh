#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The training of the ahead-of-time cache, with a JVM that does as it is told: when it happens, and that nothing of
# it stays behind.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/assert.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/scripts/lib" "$folder/gateway/target" "$folder/jdk/bin"
cp "$here/../gateway" "$folder/scripts/"
cp "$here/../lib/"*.sh "$folder/scripts/lib/"
touch "$folder/gateway/target/penstock-gateway.jar"
printf 'JAVA_VERSION="99.0.1"\n' >"$folder/jdk/release"
cache=$folder/gateway/target/penstock-gateway-99.0.1.aot

# Training it writes the cache at once, or stays with a child; anything else it is asked for it writes down.
cat >"$folder/jdk/bin/java" <<JAVA
#!/usr/bin/env bash
case "\$*" in
  *-XX:AOTCacheOutput=*)
    echo train >>"$folder/called"
    if [ -n "\${STAY:-}" ]; then
      sleep 300 &
      echo "\$\$ \$!" >"$folder/pids"
      wait
    fi
    echo classes >"$cache.new"
    ;;
  *) echo run >>"$folder/called" ;;
esac
JAVA
printf '#!/bin/sh\nexit 1\n' >"$folder/jdk/bin/javac"
chmod +x "$folder/jdk/bin/java" "$folder/jdk/bin/javac"

# Nobody's environment or home may bring another JDK.
gateway=(env -u JAVA_OPTS "HOME=$folder" "JAVA_HOME=$folder/jdk" "$folder/scripts/gateway")

# called ARGUMENT...: whether it trained, and whether it then ran
called() {
  rm -f "$folder/called"
  "${gateway[@]}" "$@" >/dev/null 2>&1 </dev/null
  tr '\n' ' ' <"$folder/called"
}

for arguments in '' --help version 'check --config none' 'explain --help' 'run --help'; do
  it "does not train for '$arguments'"
  # shellcheck disable=SC2086 # words
  equals "run " "$(called $arguments)"
done

it "trains for a gateway that stays, once for a jar"
equals "train run " "$(called run --config none)"
equals "classes run " "$(cat "$cache") $(called run --config none)"
it "trains again for a newer jar"
touch -t 200001010000 "$cache"
equals "train run " "$(called run --config none)"

# within COMMAND...: at most 20 s for the command to succeed
within() {
  local tick
  for tick in $(seq 200); do
    "$@" && return 0
    sleep 0.1
  done
  return 1
}

# shellcheck disable=SC2317 # called by name
begun() { [ -s "$folder/pids" ]; }

# shellcheck disable=SC2317 # called by name
gone() {
  local pid
  for pid in "$@"; do
    # What nobody has waited for yet is gone all the same.
    case $(ps -o stat= -p "$pid" 2>/dev/null) in '' | *Z*) ;; *) return 1 ;; esac
  done
}

# Job control gives the script a group of its own; only GNU env takes back what this test was itself started with.
set -m
plain=(env "--default-signal=INT,TERM,HUP")
"${plain[@]}" true 2>/dev/null || plain=(env)

# As from a terminal, which signals the whole group, and as from a supervisor, which signals the one process.
for way in 'INT 130 -' 'TERM 143 -' 'HUP 129 -' 'TERM 143'; do
  read -r signal code group <<<"$way"
  it "leaves nothing of the training behind on $signal to ${group:+the group of }itself"
  rm -f "$folder/pids" "$folder/called" "$cache"
  STAY=1 "${plain[@]}" "${gateway[@]}" run --config none >/dev/null 2>&1 </dev/null &
  pid=$!
  within begun
  read -r jvm child <"$folder/pids"
  kill -s "$signal" -- "$group$pid"
  within gone "$pid"
  equals "0 $code" "$? $(wait "$pid" && echo 0 || echo $?)"
  gone "$jvm" "$child"
  equals "0 train" "$? $(cat "$folder/called")"
  kill -s KILL "$pid" "$jvm" "$child" 2>/dev/null
done

finish
