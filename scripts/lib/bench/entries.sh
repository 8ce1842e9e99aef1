# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The heap that entries of a look-up cache take: a test that fills one and counts. Sourced by scripts/bench.

jdk_use || exit 2
flags=$(jvm_flags "$(jdk_feature "$JAVA_HOME")" | grep -v '^-Xm' | tr '\n' ' ')
mvn -B -ntp -pl gateway -am test -Dtest=LookupMemoryTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dpenstock.entries="$entries" -Dtest.jvm.args="-Xmx2g $flags" </dev/null >"$work/entries.log" 2>&1 || {
  tail -n 30 "$work/entries.log" >&2
  exit 1
}
grep -o '[0-9]* entries, .* MiB together' "$work/entries.log"
