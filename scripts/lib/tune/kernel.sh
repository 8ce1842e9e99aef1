# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the running kernel knows and holds, and to whom a key belongs.

# path_of KEY: into $path. As with sysctl, the first of . and / in a key is what separates its parts.
path_of() {
  local key=$1 before=${1%%[./]*}
  if [ "${key:${#before}:1}" = . ]; then key=$(tr './' '/.' <<<"$key"); fi
  path=/proc/sys/$key
}

# present KEY: prints its value with single spaces; 1 where it cannot be read
present() {
  local path text words
  path_of "$1"
  { text=$(<"$path"); } 2>/dev/null || return 1
  read -r -a words <<<"${text//$'\n'/ }"
  echo "${words[*]}"
}

kernel_release() { uname -r; }

# state_of INDEX: known, gone, module, elsewhere or unknown, as the kernel that runs has it
state_of() {
  local path
  path_of "${keys[$1]}"
  if [ -f "$path" ]; then echo known
  elif [ "${forms[$1]}" = gone ] || [[ ${p_since[$1]} == *until* ]]; then echo gone
  elif [ -n "${p_module[$1]}" ]; then echo module
  elif [ "${p_scope[$1]}" = machine ] && ! machines_own; then echo elsewhere
  else echo unknown; fi
}

state_text() {
  case $1 in
    gone) echo "gone from the kernel (had it from ${p_since[$2]:-?})" ;;
    module) echo "the module ${p_module[$2]} is not loaded" ;;
    elsewhere) echo "belongs to the whole machine, and cannot be seen from this network namespace" ;;
    unknown) echo "unknown to this kernel ($(kernel_release))" ;;
  esac
}

# Network namespaces can be made as root, or in a user namespace of one's own; into the array $unshare.
find_unshare() {
  unshare=()
  command -v unshare >/dev/null 2>&1 || return 1
  if unshare -n true 2>/dev/null; then unshare=(unshare)
  elif unshare -rn true 2>/dev/null; then unshare=(unshare -r)
  else return 1; fi
}

# Asks the kernel, in a network namespace of its own, which of the profile's keys belong to one: into scopes[].
# Without namespaces the profile's word counts. Nothing is written.
find_scopes() {
  local index path flags list=() answer=''
  scopes=() scope_source=kernel
  for index in "${!keys[@]}"; do
    path_of "${keys[$index]}"
    list+=("$path")
  done
  # The question itself shows which way of making one is open: each namespace takes its time.
  for flags in -n -rn; do
    # shellcheck disable=SC2016 # expanded inside
    answer=$(unshare "$flags" sh -c 'for path; do case $path in /proc/sys/net/*) [ -f "$path" ] &&
      case $(stat -c %a "$path") in *[2367]??) echo namespace; continue ;; esac ;; esac; echo machine; done' - "${list[@]}" 2>/dev/null) &&
      [ -n "$answer" ] && break
  done
  if [ -z "$answer" ]; then
    scope_source=profile
    for index in "${!keys[@]}"; do scopes[index]=${p_scope[$index]:-machine}; done
    return 0
  fi
  mapfile -t scopes <<<"$answer"
  for index in "${!keys[@]}"; do
    # What is not there belongs to nobody; the profile's word is as good as any.
    [ "$(state_of "$index")" = known ] || scopes[index]=${p_scope[$index]:-machine}
  done
}

# Whether this is the machine's own network namespace: only that one has the keys that belong to the whole machine.
machines_own() { [ -e /proc/sys/net/core/netdev_max_backlog ]; }

# at_least VALUE VALUE: every number of the first is as large as its neighbour in the second
at_least() {
  local -a have want
  local i
  read -r -a have <<<"$1"
  read -r -a want <<<"$2"
  for i in "${!want[@]}"; do
    # Both may be as large as 2^63-1, which bash still holds.
    [ "${have[$i]:-0}" -ge "${want[$i]}" ] 2>/dev/null || return 1
  done
}

# satisfied INDEX VALUE: whether the kernel's value is what the profile wants
satisfied() {
  [ "$2" = "${values[$1]}" ] || { [ "${p_rule[$1]}" = at-least ] && at_least "$2" "${values[$1]}"; }
}

# harms INDEX VALUE: whether writing the profile's value over this one does harm
harms() {
  [ "${p_verdict[$1]}" = harmful ] || return 1
  [ "${p_harms[$1]}" != lowering ] || ! at_least "${values[$1]}" "$2"
}
