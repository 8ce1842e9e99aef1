# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Keeps what was measured. Sourced by scripts/prove.

# rewrite DATE [TEXT-FILE]: the current block gets that date and text; all other lines stay, and so does the file until all is there
rewrite() {
  awk -v first="$first" -v last="$last" -v date="$1" -v text="${2:-}" '
    NR == first { sub(/date="[^"]*"/, "date=\"" date "\""); print; if (text == "") next; while ((getline line < text) > 0) print line; next }
    text != "" && NR > first && NR < last { next }
    { print }' "$file" >"$work/document" && cat "$work/document" >"$file" && read_blocks
}

# What is kept of a report: a kernel's release goes without the name that its builder gave it.
kept='if .kernel? then .kernel |= sub("-.*"; "") else . end'

# keep: the report that was just made, its block, and the blocks that are made of it
keep() {
  local today proved=$name each
  today=$(date +%F)
  if [ "$tolerance" = passes ]; then
    rewrite "$today"
    return
  fi
  mkdir -p "$reports"
  jq "$kept" "$work/$name.json" >"$work/kept.json" && render "$name" text <"$work/kept.json" >"$work/text" && cp "$work/kept.json" "$reports/$name.json" && rewrite "$today" "$work/text"
  for each in $(names); do
    block "$each"
    if [ "$tolerance" = theirs ] && sources | grep -qxF "$proved"; then
      # shellcheck disable=SC2046 # names are words
      text >"$work/text" && rewrite "$(oldest $(sources))" "$work/text"
    fi
  done
}

# render_all: every block that a report has, from what is kept; for whoever changes a renderer
render_all() {
  local each bad=0
  for each in $(names); do
    block "$each"
    case $tolerance in passes | history) continue ;; esac
    # shellcheck disable=SC2046 # names are words
    [ "$tolerance" != theirs ] || published=$(oldest $(sources))
    text >"$work/text" && rewrite "$published" "$work/text" || bad=1
  done
  return "$bad"
}
