# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The heap that entries of a look-up cache take: a test that fills one and counts. Sourced by scripts/bench.

jdk_use || exit 2
flags=$(jvm_flags "$(jdk_feature "$JAVA_HOME")" | grep -v '^-Xm' | tr '\n' ' ')
echo "filling caches with $entries entries: a test that Maven builds and runs" >&2
mvn -B -ntp -pl gateway -am test -Dtest=LookupMemoryTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dspotless.check.skip=true -Dcheckstyle.skip=true \
  -Dpenstock.entries="$entries" -Dtest.jvm.args="-Xmx2g $flags" </dev/null >"$work/entries.log" 2>&1 &&
  grep -o '[0-9]* entries, .* MiB together' "$work/entries.log" >"$work/entries" || {
  echo "the test that fills the cache failed, or did not say what it saw:" >&2
  tail -n 30 "$work/entries.log" >&2
  exit 1
}
if [ -z "$json" ]; then cat "$work/entries"; else
  awk '{ gsub(/[^0-9]+/, " ")
         row = row sprintf("%s{\"targets\":%d,\"bytesEach\":%d,\"mib\":%d}", (NR > 1 ? "," : ""), $2, $3, $4)
         entries = $1 }
       END { printf "{\"entries\":%d,\"caches\":[%s]}\n", entries, row }' "$work/entries"
fi
