# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Programs that a script needs and this machine may lack. They are installed on Debian, and only by root.

# missing_commands COMMAND...: those that are not here, each after a space
missing_commands() {
  local command
  for command in "$@"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$command" >/dev/null 2>&1 || printf ' %s' "$command"
  done
}

# install_missing WHAT PACKAGE...: nothing when WHAT is empty
install_missing() {
  local missing=$1
  shift
  [ -z "$missing" ] && return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "scripts/${0##*/}: missing$missing: install the Debian packages $*" >&2
    return 2
  fi
  echo "scripts/${0##*/}: installing $*" >&2
  install_unstarted "$@"
}

# A server package starts its service when installed. Where nothing forbids that yet, forbid it meanwhile; in a shell of its own,
# whose end allows it again, however it ends. What is installed already stays as it is.
install_unstarted() (
  policy=/usr/sbin/policy-rc.d ours='' code=0 log=$(mktemp)
  trap 'rm -f "$log"; [ -z "$ours" ] || rm -f "$policy"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [ ! -e "$policy" ]; then
    ours=1
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-upgrade \
    -o DPkg::Lock::Timeout=120 "$@"; } >"$log" 2>&1 || code=2
  [ "$code" = 0 ] || tail -n 20 "$log" >&2
  exit "$code"
)
