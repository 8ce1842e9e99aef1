# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Compiles the simulations when they are missing or older than their sources. The caller has run jdk_use and stands in
# the repository's root. Progress goes to stderr.

# Written last by Maven: the class path of Gatling.
gatling_path=gatling/target/class-path.txt

build_simulations() {
  local log=target/build-gatling.log code=0
  if [ -f "$gatling_path" ] && [ -d gatling/target/test-classes ] &&
    [ -z "$(find pom.xml gatling/pom.xml gatling/src -newer "$gatling_path" 2>/dev/null | head -n 1)" ] && fetched; then
    return 0
  fi
  if ! command -v mvn >/dev/null 2>&1; then
    echo "Penstock is built with Maven 3.8 or newer: install it, so that mvn is on the PATH." >&2
    return 2
  fi
  mkdir -p target
  echo "Building the simulations (the first time Maven also fetches Gatling, some 50 MB)." >&2
  mvn -B -ntp -Dstyle.color=never -pl gatling process-test-classes -Dspotless.check.skip=true \
    -Dcheckstyle.skip=true </dev/null >"$log" 2>&1 || code=$?
  case $code in
    0) ;;
    # Ended by Ctrl-C and the like, which is nothing to report.
    129 | 130 | 143) return 130 ;;
    *)
      grep -E '^\[(ERROR|FATAL)\] .|^\[WARNING\] .*[.]java:' "$log" | head -n 12 | cut -c 1-400 >&2
      echo "Building the simulations failed: $log has all that Maven said." >&2
      return 1
      ;;
  esac
  touch "$gatling_path"
}

# Whether all that the class path names is still there: Maven's repository may have been cleaned since.
fetched() {
  local jar
  while IFS= read -r -d : jar || [ -n "$jar" ]; do [ -f "${jar%$'\n'}" ] || return 1; done <"$gatling_path"
}
