#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# How a jar is built on a fresh clone, with a Maven that says and does as it is told.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/assert.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/bin" "$folder/gateway/src/main"
# shellcheck disable=SC2016 # expanded by what is written
printf '%s\n' '#!/usr/bin/env bash' 'cat "$SAYS"' '[ "$CODE" != 0 ] || { mkdir -p gateway/target; : >gateway/target/penstock-gateway.jar; }' \
  'exit "$CODE"' >"$folder/bin/mvn"
chmod +x "$folder/bin/mvn"

# maven LINE...: what the next Maven says, among hundreds of other lines
maven() {
  {
    for number in $(seq 300); do echo "[INFO] Including org.example:part:jar:$number in the shaded jar."; done
    printf '%s\n' "$@"
  } >"$folder/says"
}

# builds CODE: what the script says when Maven ends with that code, as "exit code: stdout"; stderr is in $folder/stderr
builds() {
  (cd "$folder" && . "$here/../lib/build.sh" && PATH=$folder/bin:$PATH SAYS=$folder/says CODE=$1 build_jar gateway 2>stderr)
  echo "$?:"
}

maven '[INFO] Building Penstock gateway 0.1.0-SNAPSHOT                            [2/2]' \
  '[INFO] Compiling 412 source files with javac [debug parameters release 21] to target/classes' \
  '[INFO] --- maven-shade-plugin:3.6.0:shade (one-jar) @ penstock-gateway ---'

it "says how far it is in a few lines of stderr, and nothing on stdout"
equals "0:" "$(builds 0)"
equals 4 "$(wc -l <"$folder/stderr" | tr -d ' ')"
contains "Penstock gateway: compiling 412 files" "$(cat "$folder/stderr")"
contains "Penstock gateway: packing its jar" "$(cat "$folder/stderr")"
contains "Maven's words are in target/build-gateway.log" "$(tail -n 1 "$folder/stderr")"

it "keeps the rest in a file"
equals 303 "$(wc -l <"$folder/target/build-gateway.log" | tr -d ' ')"

it "leaves a jar alone that is newer than its sources"
equals "0:" "$(builds 1)"
equals "" "$(cat "$folder/stderr")"

rm -rf "$folder/gateway/target"
maven '[ERROR] A.java:[3,4] cannot find symbol' '[ERROR] '
it "fails with what Maven calls an error, and names the file"
equals "1:" "$(builds 1)"
contains "[ERROR] A.java:[3,4] cannot find symbol" "$(cat "$folder/stderr")"
equals "Building gateway failed: target/build-gateway.log has all that Maven said." "$(tail -n 1 "$folder/stderr")"
equals 3 "$(wc -l <"$folder/stderr" | tr -d ' ')"

it "has nothing to say of a build that Ctrl-C has ended"
equals "130:" "$(builds 130)"
equals 0 "$(grep -c failed "$folder/stderr")"

it "finds nothing twice in the jars that were built last"
if [ -f "$here/../../target/test.log" ]; then
  equals "" "$(grep -E 'overlapping (class|resource)' "$here/../../target/test.log" | cut -c 1-200)"
else
  echo "  skip  $case_name: scripts/test did not build them"
fi

finish
