# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The undo file: what was there before the first apply. It reaches the disk before any value changes, and is replaced
# whole. A second apply adds what is new to it and keeps the oldest values.

undo_head='penstock-tune-undo 1'

namespace_now() { readlink /proc/self/ns/net; }
boot_now() { cat /proc/sys/kernel/random/boot_id; }

# One command at a time has the undo file; the lock, on its folder, goes with the process.
undo_lock() {
  local folder
  folder=$(dirname "$state")
  make_folder "$folder" || return 1
  command -v flock >/dev/null 2>&1 || return 0
  { exec 8<"$folder"; } 2>/dev/null || { say "cannot read the folder $folder"; return 1; }
  flock -n 8 || { say "another apply or undo is at work on $state"; return 1; }
}

# undo_read: into u_keys, u_before, u_wanted, u_namespace, u_boot, u_profile, u_files, u_file_before, u_made
undo_read() {
  local kind a b c number=0
  u_keys=() u_before=() u_wanted=() u_namespace='' u_boot='' u_profile='' u_files=() u_file_before=() u_made=()
  [ -f "$state" ] && [ -r "$state" ] || { say "cannot read $state"; return 1; }
  while IFS=$'\t' read -r kind a b c; do
    number=$((number + 1))
    case $number:$kind in
      1:"$undo_head") ;;
      1:*) say "$state:1: found \`$kind\`, expected \`$undo_head\`"; return 1 ;;
      *:namespace) u_namespace=$a ;;
      *:boot) u_boot=$a ;;
      *:profile) u_profile=$a ;;
      *:persist) u_files+=("$a") u_file_before+=("${b:--}") ;;
      *:made) u_made+=("$a") ;;
      *:set)
        if [ -z "$a" ] || [ -z "$c" ] || [[ $a == *..* ]]; then
          say "$state:$number: expected a key, its old and its new value"
          return 1
        fi
        u_keys+=("$a") u_before+=("$b") u_wanted+=("$c")
        ;;
      *) say "$state:$number: found \`$kind\`, expected set"; return 1 ;;
    esac
  done <"$state"
  [ "$number" -gt 0 ] || { say "$state is empty"; return 1; }
}

undo_save() {
  u_made+=(${made[@]+"${made[@]}"})
  save_file "$state" < <(undo_text)
}

undo_text() {
  local i
  printf '%s\n' "$undo_head"
  printf '%s\t%s\n' namespace "$u_namespace" boot "$u_boot" profile "$u_profile"
  for i in "${!u_files[@]}"; do printf 'persist\t%s\t%s\n' "${u_files[$i]}" "${u_file_before[$i]}"; done
  [ ${#u_made[@]} = 0 ] || printf 'made\t%s\n' "${u_made[@]}"
  for i in "${!u_keys[@]}"; do printf 'set\t%s\t%s\t%s\n' "${u_keys[$i]}" "${u_before[$i]}" "${u_wanted[$i]}"; done
}

# undo_note KEY BEFORE WANTED: remembers it; the oldest value stays
undo_note() {
  local i
  for i in "${!u_keys[@]}"; do
    [ "${u_keys[$i]}" != "$1" ] || { u_wanted[i]=$3; return 0; }
  done
  u_keys+=("$1") u_before+=("$2") u_wanted+=("$3")
}

# undo_note_file FILE: remembers it with what is in it, or - where it is not there; the oldest stays
undo_note_file() {
  local each before=-
  for each in ${u_files[@]+"${u_files[@]}"}; do [ "$each" != "$1" ] || return 0; done
  if [ -e "$1" ]; then before=$(base64 -w 0 "$1") || { say "cannot read $1"; return 1; }; fi
  u_files+=("$1") u_file_before+=("$before")
}

# undo_open: the file as it is, or a new one in memory; 1 when it is of another namespace
undo_open() {
  if [ -e "$state" ]; then
    undo_read || return 1
    undo_here
  else
    u_keys=() u_before=() u_wanted=() u_files=() u_file_before=() u_made=()
    u_namespace=$(namespace_now) u_boot=$(boot_now) u_profile=$profile
  fi
}

undo_here() {
  [ "$u_boot" = "$(boot_now)" ] || { note "$state is from before the last boot"; u_namespace=$(namespace_now); }
  [ "$u_namespace" = "$(namespace_now)" ] || [ -n "$force" ] || {
    say "$state is of the network namespace $u_namespace, and this is $(namespace_now): run it there, or with --force"
    return 1
  }
}

# write_value KEY VALUE: 0 when the kernel then holds it; otherwise the reason in $reason
write_value() {
  local path now
  path_of "$1"
  reason=$({ printf '%s\n' "$2" >"$path"; } 2>&1) || {
    reason="the kernel refuses $2: ${reason##*: }"
    return 1
  }
  now=$(present "$1") || now=''
  [ "$now" = "$2" ] || { reason="wrote $2, and the kernel holds ${now:-nothing readable}"; return 1; }
}

tune_undo() {
  local i failed=0
  must_be_root
  objects=()
  if [ ! -e "$state" ]; then
    if [ -n "$json" ]; then answer '[]'; else echo "Nothing to undo: there is no $state."; fi
    return 0
  fi
  undo_lock && undo_read && undo_here || return 1
  for ((i = ${#u_keys[@]} - 1; i >= 0; i--)); do undo_one "$i" || failed=1; done
  for i in "${!u_files[@]}"; do undo_persisted "$i" || failed=1; done
  [ -z "$json" ] || answer "$(list ${objects[@]+"${objects[@]}"})"
  if [ "$failed" = 0 ]; then
    rm -f "$state"
    # At the end of the process, where they are empty.
    made+=(${u_made[@]+"${u_made[@]}"})
  else
    say "not all of it is back: $state stays, so that undo can be called again"
  fi
  return "$failed"
}

# undo_one I: back to what was there, whatever came in between
undo_one() {
  local key=${u_keys[$1]} before=${u_before[$1]} wanted=${u_wanted[$1]} now text result=restored
  now=$(present "$key") || now=''
  if [ "$now" = "$before" ]; then
    result=same text="is $before already"
  elif write_value "$key" "$before"; then
    text="$now -> $before"
    [ "$now" = "$wanted" ] || { result=changed text+="; apply had written $wanted, somebody changed it since"; }
  else
    result=failed text=$reason
  fi
  if [ -n "$json" ]; then
    objects+=("$(object key "$key" found "$now" applied "$wanted" before "$before" result "$result")")
  else
    printf '%-8s %s\n' "$result" "$key"
    indent "$text"
  fi
  [ "$result" != failed ]
}
