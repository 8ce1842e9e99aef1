# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# show, check and verify: they read, and write nothing.

# each_profile FUNCTION FILE...: calls it with each profile loaded; ends with the worst code
each_profile() {
  local call=$1 file code=0 one
  shift
  objects=()
  for file in "$@"; do
    one=0
    if load_profile "$file"; then
      find_scopes
      "$call" || one=1
    else
      one=2
      objects+=("$(object profile "$file" ok =false error "$words")")
      words=''
    fi
    [ "$one" -le "$code" ] || code=$one
  done
  [ -z "$json" ] || answer "$(list ${objects[@]+"${objects[@]}"})"
  return "$code"
}

tune_show() { each_profile show_profile "$@"; }

show_profile() {
  local index now state
  [ -n "$json" ] || printf '%s\n' "$profile"
  for index in "${!keys[@]}"; do
    state=$(state_of "$index")
    now=$(present "${keys[$index]}") || now=''
    if [ -n "$json" ]; then
      objects+=("$(object profile "$profile" line "=${lines[$index]}" key "${keys[$index]}" state "$state" now "$now" \
        wanted "${values[$index]}" scope "${scopes[$index]}" verdict "${p_verdict[$index]}" does "${p_does[$index]}" \
        cures "${p_cures[$index]}" range "${p_range[$index]}" since "${p_since[$index]}" why "${p_why[$index]}" \
        breaks "${p_breaks[$index]}" rule "${p_rule[$index]:-exact}" figure "${p_figure[$index]}")")
    else
      show_setting "$index" "$state" "$now"
    fi
  done
}

show_setting() {
  local kind=${p_verdict[$1]:-no verdict} text
  [ "${scopes[$1]}" = machine ] && kind+=", whole machine"
  printf '\n  %s = %s   [%s]\n' "${keys[$1]}" "${values[$1]}" "$kind"
  if [ "$2" != known ]; then
    text=$(state_text "$2" "$1")
  elif [ "$3" = "${values[$1]}" ]; then
    text="now $3: the same"
  elif satisfied "$1" "$3"; then
    text="now $3: at least that already"
  else
    text="now ${3:-not readable}"
  fi
  printf '    %s\n' "$text"
  indent "${p_does[$1]:+does: ${p_does[$1]}}"
  indent "${p_cures[$1]:+cures: ${p_cures[$1]}}"
  indent "${p_why[$1]:+why: ${p_why[$1]}}"
  indent "${p_breaks[$1]:+breaks: ${p_breaks[$1]}}"
  indent "${p_figure[$1]:+figure: ${p_figure[$1]}}"
  [ -z "${p_range[$1]}" ] || indent "range ${p_range[$1]}; since ${p_since[$1]}"
}

tune_check() { each_profile check_profile "$@"; }

# What the kernel does not have is said, and no fault of the profile; a wrong scope or a key nobody knows is one.
check_profile() {
  local index state text bad=0 faults=0
  for index in "${!keys[@]}"; do
    state=$(state_of "$index") bad=0
    case $state in
      known) text='this kernel has it' ;;
      unknown) text=$(state_text unknown "$index") bad=1 ;;
      *) text=$(state_text "$state" "$index") ;;
    esac
    if [ "$state" = known ] && [ -n "${p_scope[$index]}" ] && [ "${scopes[$index]}" != "${p_scope[$index]}" ]; then
      text="found it to belong to the ${scopes[$index]}, the profile says ${p_scope[$index]}"
      # Kernels move keys from the machine to its namespaces (nf_conntrack_max lately), and never back.
      [ "${scopes[$index]}" = namespace ] || bad=1
    fi
    faults=$((faults + bad))
    [ "${p_verdict[$index]}" != harmful ] || text+='; does harm'
    if [ -n "$json" ]; then
      objects+=("$(object profile "$profile" line "=${lines[$index]}" key "${keys[$index]}" state "$state" \
        scope "${scopes[$index]}" scopeFrom "$scope_source" verdict "${p_verdict[$index]}" fine "=$([ "$bad" = 0 ] && echo true || echo false)" text "$text")")
    else
      printf '%s:%s: %s\n' "$profile" "${lines[$index]}" "${keys[$index]}"
      indent "$text (${scopes[$index]})"
    fi
  done
  [ -n "$json" ] || [ "$scope_source" = kernel ] ||
    echo "$profile: scopes are the profile's word, as no network namespace could be made to ask the kernel"
  [ "$faults" = 0 ]
}

tune_verify() {
  if [ $# = 1 ]; then
    each_profile verify_profile "$@"
  else
    verify_applied
  fi
}

verify_profile() {
  local index
  wrong=0
  for index in "${!keys[@]}"; do
    if [ "$(state_of "$index")" != known ]; then
      verify_line "${keys[$index]}" "${values[$index]}" '' skipped "$(state_text "$(state_of "$index")" "$index")"
    else
      verify_value "${keys[$index]}" "${values[$index]}" "$index"
    fi
  done
  [ "$wrong" = 0 ]
}

# The undo file says what was written.
verify_applied() {
  local i
  [ -e "$state" ] || { say "nothing was applied: there is no $state"; return 1; }
  undo_read || return 1
  objects=() wrong=0
  for i in "${!u_keys[@]}"; do verify_value "${u_keys[$i]}" "${u_wanted[$i]}" ''; done
  [ -z "$json" ] || answer "$(list ${objects[@]+"${objects[@]}"})"
  [ "$wrong" = 0 ]
}

# verify_value KEY WANTED INDEX
verify_value() {
  local now
  now=$(present "$1") || now=''
  if [ "$now" = "$2" ] || { [ -n "$3" ] && satisfied "$3" "$now"; }; then
    verify_line "$1" "$2" "$now" holds "holds${now:+ $now}"
  else
    verify_line "$1" "$2" "$now" differs "found ${now:-nothing readable}, expected $2"
    wrong=$((wrong + 1))
  fi
}

verify_line() {
  if [ -n "$json" ]; then
    objects+=("$(object key "$1" wanted "$2" now "$3" result "$4")")
  else
    printf '%-8s %s\n' "$4" "$1"
    indent "$5"
  fi
}
