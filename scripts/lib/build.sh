# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Builds a module's jar when it is missing or older than what it is made of. The caller has run jdk_use
# and stands in the repository's root. Progress goes to stderr, so that stdout stays the program's own.

# build_jar MODULE: gateway -> gateway/target/penstock-gateway.jar
build_jar() {
  local jar=$1/target/penstock-$1.jar reason
  if [ ! -f "$jar" ]; then
    reason="$jar is not there yet"
  elif [ -n "$(find pom.xml "$1/pom.xml" "$1/src/main" -newer "$jar" 2>/dev/null | head -n 1)" ]; then
    reason="its sources are newer than $jar"
  else
    return 0
  fi
  if ! command -v mvn >/dev/null 2>&1; then
    echo "Penstock is built with Maven 3.8 or newer: install it, so that mvn is on the PATH." >&2
    return 2
  fi
  echo "Building $1: $reason (the first time Maven also fetches what it needs)." >&2
  # Formatting and tests are scripts/test's business.
  if ! mvn -B -ntp -pl "$1" -am package -Dmaven.test.skip=true -Dspotless.check.skip=true \
    -Dcheckstyle.skip=true </dev/null >&2; then
    echo "Building $1 failed: Maven says why above." >&2
    return 1
  fi
  # The jar may hold the same bytes and Maven then leaves it alone; it is current all the same.
  touch "$jar"
}
