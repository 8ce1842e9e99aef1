# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Builds a module's jar when it is missing or older than what it is made of. The caller has run jdk_use
# and stands in the repository's root. Progress goes to stderr, so that stdout stays the program's own;
# what Maven says goes to target/build-MODULE.log.

# build_progress: of Maven's lines, those that tell how far it is
build_progress() {
  awk '/^\[INFO\] Building Penstock / { name = $3 " " $4 }
       /^\[INFO\] Compiling [0-9]+ source file/ { print "  " name ": compiling " $3 " files"; fflush() }
       /^\[INFO\] --- .*shade.*:shade / { print "  " name ": packing its jar"; fflush() }'
}

# build_failed MODULE LOG: what Maven calls an error, at most a dozen lines of it, and where the rest is
build_failed() {
  {
    grep -E '^\[(ERROR|FATAL)\] .' "$2" | head -n 12 | cut -c 1-400 || true
    echo "Building $1 failed: $2 has all that Maven said."
  } >&2
}

# build_jar MODULE: gateway -> gateway/target/penstock-gateway.jar
build_jar() {
  local jar=$1/target/penstock-$1.jar log=target/build-$1.log started=$SECONDS reason code=0
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
  mkdir -p target
  echo "Building $1: $reason (the first time Maven also fetches what it needs)." >&2
  # Formatting and tests are scripts/test's business. Both ends of the pipe must do well, whatever the caller has set.
  (
    set -o pipefail
    mvn -B -ntp -Dstyle.color=never -pl "$1" -am package -Dmaven.test.skip=true -Dspotless.check.skip=true \
      -Dcheckstyle.skip=true </dev/null 2>&1 | tee "$log" | build_progress >&2
  ) || code=$?
  case $code in
    0) ;;
    # Ended by Ctrl-C and the like, which is nothing to report.
    129 | 130 | 143) return 130 ;;
    *)
      build_failed "$1" "$log"
      return 1
      ;;
  esac
  echo "Built $1 in $((SECONDS - started)) s; Maven's words are in $log." >&2
  # The jar may hold the same bytes and Maven then leaves it alone; it is current all the same.
  touch "$jar"
}
