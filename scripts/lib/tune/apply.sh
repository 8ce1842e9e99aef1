# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# apply: plan, refuse, show, ask, put all files on the disk, and only then write to the kernel.

tune_apply() {
  must_be_root
  load_profile "$1" || return 2
  find_scopes
  written=0 results=() changes=()
  trap 'interrupted INT 130' INT
  trap 'interrupted TERM 143' TERM
  trap 'interrupted HUP 129' HUP
  plan
  undo_lock || { nothing_written; return 1; }
  refuse_harm && persist_allowed || { nothing_written; return 1; }
  difference
  if [ ${#changes[@]} = 0 ] && [ -z "$persist" ]; then
    report 0 'Nothing to write.'
    return 0
  fi
  agreed || { nothing_written; return 1; }
  undo_open && note_changes && stage_persisted && undo_save || { nothing_written; return 1; }
  write_changes && write_persisted || return 1
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
  say "--force writes it all the same."
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
  local reply=''
  [ -z "$yes" ] || return 0
  printf 'Write %d settings%s? [y/N] ' "${#changes[@]}" "${persist:+ and $persist}" >&2
  read -r reply || echo >&2
  case $reply in y | Y | yes) return 0 ;; *) return 1 ;; esac
}

note_changes() {
  local index
  for index in ${changes[@]+"${changes[@]}"}; do
    undo_note "${keys[$index]}" "${befores[$index]}" "${values[$index]}"
  done
  [ -z "$persist" ] || undo_note_file "$persist"
}

write_changes() {
  local index
  for index in ${changes[@]+"${changes[@]}"}; do
    if ! write_value "${keys[$index]}" "${values[$index]}"; then
      results[index]=failed texts[index]=$reason
      say "$profile:${lines[$index]}: ${keys[$index]}: $reason. $written of ${#changes[@]} written; scripts/tune undo puts them back ($state)."
      report 1 ''
      return 1
    fi
    results[index]=written
    written=$((written + 1))
  done
}

nothing_written() {
  say "Nothing was written."
  report 1 ''
}

# interrupted SIGNAL CODE
interrupted() {
  trap - INT TERM HUP
  if [ "$written" = 0 ]; then say "interrupted by SIG$1. Nothing was written."
  else say "interrupted by SIG$1: $written of ${#changes[@]} written; scripts/tune undo puts them back ($state)."; fi
  report 1 ''
  exit "$2"
}

# report CODE TEXT: for programs all of it, with what was said as the error; for people the sentence
report() {
  local index result objects=()
  if [ -z "$json" ]; then
    [ -z "$2" ] || echo "$2"
    return 0
  fi
  for index in "${!results[@]}"; do
    result=${results[$index]}
    [ "$result" != change ] || result='not written'
    objects+=("$(object key "${keys[$index]}" result "$result" before "${befores[$index]}" \
      wanted "${values[$index]}" scope "${scopes[$index]}" text "${texts[$index]}")")
  done
  answer "$(object profile "$profile" undo "$state" persisted "$persist" ok "=$([ "$1" = 0 ] && echo true || echo false)" \
    error "$([ "$1" = 0 ] || echo "$words")" settings "=$(list ${objects[@]+"${objects[@]}"})")"
}
