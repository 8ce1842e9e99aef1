# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# apply: plan, refuse, show, ask, save the undo file, and only then write.

persist_mark='# Written by scripts/tune apply; scripts/tune undo removes it.'

is_ours() { [ "$(head -n 1 "$1" 2>/dev/null)" = "$persist_mark" ]; }

tune_apply() {
  must_be_root
  load_profile "$1" || return 2
  find_scopes
  plan
  refuse_harm || return 1
  if [ -n "$persist" ] && [ -e "$persist" ] && ! is_ours "$persist"; then
    say "$persist exists, and is not of this script: name another file with --persist-to. Nothing was written."
    return 1
  fi
  difference
  if [ ${#changes[@]} = 0 ] && [ -z "$persist" ]; then
    report 0 'Nothing to write.'
    return 0
  fi
  agreed || { say "Nothing was written."; return 1; }
  undo_lock
  undo_open && note_changes || return 1
  written=0
  trap 'interrupted INT 130' INT
  trap 'interrupted TERM 143' TERM
  trap 'interrupted HUP 129' HUP
  undo_save && write_changes && write_persisted || return 1
  trap - INT TERM HUP
  report 0 "$written written; scripts/tune undo puts back what was there ($state)."
}

# plan: what becomes of each setting, in results[] with a reason in texts[]; the indexes to write in changes[]
plan() {
  local index state_now now
  results=() texts=() befores=() changes=()
  for index in "${!keys[@]}"; do
    state_now=$(state_of "$index")
    now=$(present "${keys[$index]}") || now=''
    befores[index]=$now texts[index]=''
    if [ "$state_now" != known ]; then
      results[index]=skipped texts[index]=$(state_text "$state_now" "$index")
    elif [ "${scopes[$index]}" = machine ] && [ -z "$machine" ] && ! machines_own; then
      results[index]=skipped texts[index]='belongs to the whole machine, and this is a network namespace (--machine)'
    elif [ -z "$now" ]; then
      results[index]=skipped texts[index]='cannot be read, so undo could not put it back'
    elif satisfied "$index" "$now"; then
      results[index]=same texts[index]="now $now"
    else
      results[index]=change
      changes+=("$index")
    fi
  done
}

refuse_harm() {
  local index harmful=()
  for index in ${changes[@]+"${changes[@]}"}; do
    if harms "$index" "${befores[$index]}"; then harmful+=("$index"); fi
  done
  [ ${#harmful[@]} -gt 0 ] && [ -z "$force" ] || return 0
  for index in "${harmful[@]}"; do
    results[index]=refused texts[index]=${p_breaks[$index]}
    say "$profile:${lines[$index]}: ${keys[$index]} = ${values[$index]} does harm. What breaks: ${p_breaks[$index]}."
  done
  report 1 ''
  say "Nothing was written. --force writes it all the same."
  return 1
}

difference() {
  local index
  [ -z "$json" ] || return 0
  for index in "${!keys[@]}"; do
    printf '%-8s %s\n' "${results[$index]}" "${keys[$index]}"
    if [ "${results[$index]}" = change ]; then
      indent "${befores[$index]} -> ${values[$index]} (${scopes[$index]})${p_verdict[$index]:+ ${p_verdict[$index]}}"
    else
      indent "${texts[$index]}"
    fi
  done
}

agreed() {
  local answer=''
  [ -z "$yes" ] || return 0
  printf 'Write %d settings%s? [y/N] ' "${#changes[@]}" "${persist:+ and $persist}" >&2
  read -r answer || echo >&2
  case $answer in y | Y | yes) return 0 ;; *) return 1 ;; esac
}

note_changes() {
  local index
  for index in ${changes[@]+"${changes[@]}"}; do
    undo_note "${keys[$index]}" "${befores[$index]}" "${values[$index]}"
  done
  [ -z "$persist" ] || u_persist=$persist
}

write_changes() {
  local index
  for index in ${changes[@]+"${changes[@]}"}; do
    if ! write_value "${keys[$index]}" "${values[$index]}"; then
      results[index]=failed texts[index]=$reason
      report 1 ''
      say "$profile:${lines[$index]}: ${keys[$index]}: $reason. $written of ${#changes[@]} written; scripts/tune undo puts them back ($state)."
      return 1
    fi
    results[index]=written
    written=$((written + 1))
  done
}

# For the next boot: what holds now. What is left out is left out there as well.
write_persisted() {
  local index
  [ -n "$persist" ] || return 0
  mkdir -p "$(dirname "$persist")" 2>/dev/null
  {
    printf '%s\n# From %s.\n' "$persist_mark" "$profile"
    for index in "${!keys[@]}"; do
      case ${results[$index]} in
        written) printf '%s = %s\n' "${keys[$index]}" "${values[$index]}" ;;
        same) printf '%s = %s\n' "${keys[$index]}" "${befores[$index]}" ;;
      esac
    done
  } | save_file "$persist"
}

# interrupted SIGNAL CODE
interrupted() {
  trap - INT TERM HUP
  say "interrupted by SIG$1: $written of ${#changes[@]} written; scripts/tune undo puts them back ($state)."
  exit "$2"
}

# report CODE TEXT: for programs all of it, for people the sentence
report() {
  local index objects=()
  if [ -z "$json" ]; then
    [ -z "$2" ] || echo "$2"
    return 0
  fi
  for index in "${!keys[@]}"; do
    objects+=("$(object key "${keys[$index]}" result "${results[$index]}" before "${befores[$index]}" \
      wanted "${values[$index]}" scope "${scopes[$index]}" text "${texts[$index]}")")
  done
  object profile "$profile" undo "$state" persisted "$persist" ok "=$([ "$1" = 0 ] && echo true || echo false)" settings "=$(list "${objects[@]}")"
}
