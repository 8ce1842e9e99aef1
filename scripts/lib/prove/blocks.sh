# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The blocks of the documents, and what renders them. Sourced by scripts/prove, which sets $work.

reports=gateway/docs/measurements
renderers=scripts/lib/prove/blocks

# Decisions are dated history: nobody edits them, and what they tell was true on their day. Profiles name the figures
# behind their settings.
documents() {
  find README.md gateway/docs sysctl '(' -name '*.md' -o -path 'sysctl/*.conf' ')' ! -path 'gateway/docs/decisions/*' 2>/dev/null | sort
}

# read_blocks: into $work/blocks and $work/problems
read_blocks() {
  local files=() file
  while IFS= read -r file; do files+=("$file"); done < <(documents)
  awk -f scripts/lib/prove/blocks.awk "${files[@]}" >"$work/read"
  grep -v '^!' "$work/read" >"$work/blocks"
  sed -n 's/^!	//p' "$work/read" >"$work/problems"
}

# block NAME: sets file, first, last, name, command, tolerance and published; 1 when there is none
block() {
  IFS=$'\t' read -r file first last name command tolerance published < <(awk -F '\t' -v name="$1" '$4 == name' "$work/blocks")
  [ -n "${name:-}" ]
}

names() { cut -f 4 "$work/blocks"; }

# sources: of the current block, the names of the blocks whose reports it is made of
sources() { case $command in 'scripts/prove '*) printf '%s\n' "${command#scripts/prove }" | tr ' ' '\n' ;; esac; }

# render NAME WHAT: WHAT is `text` or `figures`, of the report on stdin
render() {
  cat scripts/lib/prove/common.jq "$renderers/$1.jq" >"$work/program.jq" && printf '%s\n' "$2" >>"$work/program.jq" &&
    jq -r -f "$work/program.jq"
}

# gather NAME...: the kept reports as one object, by name
gather() {
  local each files=()
  for each in "$@"; do
    if [ ! -f "$reports/$each.json" ]; then
      echo "$reports/$each.json is missing" >&2
      return 1
    fi
    files+=("$reports/$each.json")
  done
  jq -n '[inputs | {(input_filename | sub(".*/"; "") | sub("[.]json$"; "")): .}] | add' "${files[@]}"
}

# text: the Markdown of the current block, from what is kept
text() {
  if [ "$tolerance" = theirs ]; then
    # shellcheck disable=SC2046 # names are words
    gather $(sources) >"$work/gathered" && render "$name" text <"$work/gathered"
  else
    gather "$name" >/dev/null && render "$name" text <"$reports/$name.json"
  fi
}

# oldest NAME...: the earliest date of these blocks
oldest() {
  local each
  for each in "$@"; do awk -F '\t' -v name="$each" '$4 == name { print $7 }' "$work/blocks"; done | sort | head -n 1
}

list_blocks() {
  if [ -n "$json" ]; then
    jq -R -n -c '{blocks: [inputs | split("\t") | {name: .[3], date: .[6], tolerance: .[5], file: .[0], line: (.[1] | tonumber), command: .[4]}]}' \
      <"$work/blocks"
    return
  fi
  awk -F '\t' '{ printf "%-20s %s  %-14s %s:%s\n  %s\n", $4, $7, $6, $1, $2, $5 }' "$work/blocks"
}
