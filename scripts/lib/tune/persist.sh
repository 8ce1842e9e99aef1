# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The file for the next boot. Several profiles may be in it, each under a heading; of a key that two of them have, the
# later one counts, as it does in the kernel.

persist_mark='# Written by scripts/tune apply; scripts/tune undo removes it.'

is_ours() { [ "$(head -n 1 "$1" 2>/dev/null)" = "$persist_mark" ]; }

persist_allowed() {
  [ -z "$persist" ] || [ ! -e "$persist" ] || is_ours "$persist" && return 0
  say "$persist exists, and is not of this script: name another file with --persist-to."
  return 1
}

# stage_persisted: what the file is going to be, on the disk beside it before the first value changes, so that a full
# disk is found while nothing has happened
stage_persisted() {
  [ -n "$persist" ] || return 0
  make_folder "$(dirname "$persist")" || return 1
  staged=$persist.new
  put_on_disk "$staged" < <(persisted_text) || { say "cannot save $persist: $reason"; return 1; }
}

write_persisted() {
  [ -n "$persist" ] || return 0
  reason=$({ mv -f "$staged" "$persist" && sync "$(dirname "$persist")"; } 2>&1) && { staged=''; return 0; }
  say "cannot save $persist: ${reason##*: }. $written written; scripts/tune undo puts them back ($state)."
  report 1 ''
  return 1
}

# What holds once all is written. What is left out of the kernel is left out there as well.
persisted_text() {
  local index
  echo "$persist_mark"
  [ ! -e "$persist" ] || persisted_others
  printf '# From %s:\n' "$profile"
  for index in "${!keys[@]}"; do
    case ${results[$index]} in
      change) printf '%s = %s\n' "${keys[$index]}" "${values[$index]}" ;;
      same) printf '%s = %s\n' "${keys[$index]}" "${befores[$index]}" ;;
    esac
  done
}

# persisted_others: what is in the file and not in this profile, without headings that nothing is left under
persisted_others() {
  local index path line heading=''
  local -A mine=()
  for index in "${!keys[@]}"; do
    [ "${results[$index]}" != skipped ] || continue
    path_of "${keys[$index]}"
    mine[$path]=1
  done
  while IFS= read -r line; do
    case $line in
      "$persist_mark" | '') ;;
      '# From '*) heading=$line$'\n' ;;
      '#'*) heading+=$line$'\n' ;;
      *)
        path_of "$(sed 's/^-*//; s/[ \t]*=.*//' <<<"$line")"
        [ -z "${mine[$path]:-}" ] || continue
        printf '%s%s\n' "$heading" "$line"
        heading=''
        ;;
    esac
  done <"$persist"
}

# undo_persisted I: the file as it was before the first apply
undo_persisted() {
  local file=${u_files[$1]} before=${u_file_before[$1]} result=removed
  rm -f "$file.new" 2>/dev/null
  if [ -e "$file" ] && ! is_ours "$file"; then
    note "$file is not as apply wrote it: it stays"
    result=kept
  elif [ "$before" = - ]; then
    [ -e "$file" ] || return 0
    rm -f "$file" || { say "cannot remove $file"; result=failed; }
  else
    result=restored
    save_file "$file" < <(base64 -d <<<"$before") || result=failed
  fi
  if [ -n "$json" ]; then objects+=("$(object file "$file" result "$result")"); else printf '%-8s %s\n' "$result" "$file"; fi
  [ "$result" != failed ]
}
