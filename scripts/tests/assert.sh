# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The few words the shell tests need. A test file sources this, calls `it` per case, and ends with `finish`.

failed=0
it() { case_name=$*; }

equals() {
  if [ "$1" = "$2" ]; then
    echo "  ok    $case_name"
  else
    echo "  FAIL  $case_name: found '$2', expected '$1'"
    failed=1
  fi
}

contains() {
  case $2 in
    *"$1"*) echo "  ok    $case_name" ;;
    *)
      echo "  FAIL  $case_name: '$2' does not contain '$1'"
      failed=1
      ;;
  esac
}

finish() { exit "$failed"; }
