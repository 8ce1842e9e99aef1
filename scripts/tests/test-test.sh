#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/test in a copy of its own, where Maven, the soak and the shell tests do as they are told.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/assert.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/scripts/lib" "$folder/scripts/tests" "$folder/bin" "$folder/.ci"
cp "$here/../test" "$folder/scripts/"
cp "$here/../lib/"*.sh "$folder/scripts/lib/"
printf '# bash\n' >"$folder/.ci/run"

# stand_in FILE VARIABLE: writes down how it was called, and ends with the code in that variable
stand_in() {
  # shellcheck disable=SC2016 # expanded by what is written
  printf '#!/usr/bin/env bash\necho "%s $*" >>"%s"\nexit "${%s:-0}"\n' "${1##*/}" "$folder/called" "$2" >"$folder/$1"
  chmod +x "$folder/$1"
}
stand_in bin/mvn MVN
stand_in bin/shellcheck SHELLCHECK
stand_in bin/apt-get APT
stand_in scripts/soak SOAK
stand_in scripts/tests/some-test.sh SOME

# checks ARGUMENT...: scripts/test, its exit code in $code, what it said last in $said and what it called in $called
checks() {
  rm -f "$folder/called"
  said=$(APT=1 PATH=$folder/bin:$PATH "$folder/scripts/test" "$@" 2>&1 </dev/null)
  code=$?
  said=$(printf '%s\n' "$said" | tail -n 2)
  called=$(grep -v '^apt-get' "$folder/called" 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')
}

it "runs all of it"
checks
equals "0 mvn soak some-test.sh shellcheck " "$code $called"
contains "shell tests run: 1, failed: 0; shellcheck: clean; soak: passed;" "$said"
it "keeps the soak short"
contains "soak --short" "$(cat "$folder/called")"

it "fails when the soak fails"
SOAK=1 checks
equals "1 mvn soak some-test.sh shellcheck " "$code $called"
contains "soak: FAILED" "$said"

it "fails with Maven, and soaks nothing that it did not build"
MVN=7 checks
equals "7 mvn some-test.sh shellcheck " "$code $called"

for part in -Dtest=RouteTableTest -DskipTests '-pl gateway'; do
  it "leaves the soak out with $part"
  # shellcheck disable=SC2086 # words
  checks $part
  equals "0 mvn some-test.sh shellcheck " "$code $called"
  contains "verify $part" "$(cat "$folder/called")"
done

mkdir -p "$folder/gateway/src/test/java/a"
tests=$folder/gateway/src/test/java/a
echo 'boolean LONG = Boolean.getBoolean("penstock.long");' | tee "$tests/SecondTest.java" >"$tests/FirstTest.java"
echo 'int ordinary;' >"$tests/OtherTest.java"
it "runs those that have a long form in it, and nothing else"
checks --long -o
equals "0 mvn " "$code $called"
contains "-Dtest=FirstTest,SecondTest -Dsurefire.failIfNoSpecifiedTests=false -Dtest.forks=1 -Dpenstock.long=true test -o" "$(cat "$folder/called")"
contains "only the long forms;" "$said"
it "fails with a long form"
MVN=1 checks --long
equals 1 "$code"

it "finds the long forms of the real tests"
contains "/MemoryTest.java" "$(grep -rl 'getBoolean("penstock.long")' "$here/../../gateway/src/test/java")"

it "explains itself"
checks --help
equals "0 " "$code $called"

it "fails with a shell test"
SOME=3 checks
equals 1 "$code"

it "fails with shellcheck"
SHELLCHECK=1 checks
equals 1 "$code"

finish
