# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Files that are there whole or not at all, and folders that are taken away again.

made=()

# make_folder FOLDER: one level, so that undo can take away what was made; 1 with a sentence where that is not enough
make_folder() {
  [ ! -d "$1" ] || return 0
  reason=$(mkdir "$1" 2>&1) || { say "cannot make the folder $1: ${reason##*: }"; return 1; }
  made+=("$1")
}

# Folders that were made here, as far as they are empty.
forget_folders() {
  local folder
  for folder in ${made[@]+"${made[@]}"}; do rmdir "$folder" 2>/dev/null; done
}

# put_on_disk FILE: what comes in; otherwise 1, no file, and why in $reason
put_on_disk() {
  reason=$({ cat >"$1" && sync "$1"; } 2>&1) && return 0
  reason=${reason##*: }
  rm -f "$1" 2>/dev/null
  return 1
}

# save_file FILE: what comes in, whole and on the disk, or as it was
save_file() {
  if put_on_disk "$1.new"; then
    reason=$({ mv -f "$1.new" "$1" && sync "$(dirname "$1")"; } 2>&1) && return 0
    reason=${reason##*: }
    rm -f "$1.new" 2>/dev/null
  fi
  say "cannot save $1: $reason"
  return 1
}
