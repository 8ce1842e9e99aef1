# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The JVM flags that Penstock ships, in this one place. `scripts/bench flags` measures the choices;
# gateway/docs/decisions/0002-jvm-flags.md holds the figures and what was refused.
#   jvm_flags FEATURE      prints one flag a line for that feature release
# JAVA_OPTS is appended by scripts/gateway and so wins.

jvm_flags() {
  # Little garbage is made, so the smallest collector does: G1, the default on larger machines, took 1.8 times
  # the processor time and 40 MiB more.
  printf '%s\n' -XX:+UseSerialGC
  # Starts small and grows only with what is kept. The bound leaves room for a look-up cache at its default limit.
  printf '%s\n' -Xms64m -Xmx768m
  # A full heap means that something leaks past the limits: end, and let the supervisor start anew.
  printf '%s\n' -XX:+ExitOnOutOfMemoryError
  if [ "$1" -ge 25 ]; then
    # Fewer bytes for each entry of the caches; in processor time within noise.
    printf '%s\n' -XX:+UseCompactObjectHeaders
  fi
}
