# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What can be said of the blocks without running a command. Sourced by scripts/prove.

found() { echo "$file:$first: the block '$name' $1" >>"$work/problems"; }

# The command is a script of ours, and its help names each option that the block gives it.
check_command() {
  local script=${command%% *} help word
  if ! [ -x "$script" ] || [ "${script#scripts/}" = "$script" ]; then
    found "has a command that is no script of this repository: $script"
    return
  fi
  help=$("$script" --help </dev/null 2>&1)
  for word in ${command#"$script"}; do
    case $word in
      --*) case $help in *"$word"*) ;; *) found "gives $script $word, which its --help does not know" ;; esac ;;
    esac
  done
}

# A block of others' reports is as old as the oldest of them.
check_sources() {
  local each
  for each in $(sources); do
    case $(awk -F '\t' -v name="$each" '$4 == name { print $6 }' "$work/blocks") in
      '') found "is made of '$each', which is no block" ;;
      passes | history | theirs) found "is made of '$each', which has no report" ;;
    esac
  done
  [ -n "$(sources)" ] || found "has the tolerance \"theirs\", and its command names no blocks: scripts/prove NAME..."
  # shellcheck disable=SC2046 # names are words
  [ "$(oldest $(sources))" = "$published" ] || found "is of $published, and the oldest of its reports of $(oldest $(sources))"
}

check_text() {
  if ! [ -f "$renderers/$name.jq" ]; then
    found "has no renderer: $renderers/$name.jq is missing"
  elif ! text >"$work/text" 2>"$work/error"; then
    found "cannot be rendered: $(head -n 1 "$work/error")"
  elif ! sed -n "$((first + 1)),$((last - 1))p" "$file" | cmp -s - "$work/text"; then
    found "is not what its report says; \`scripts/prove --write $name\` writes it, hands do not"
  fi
}

check_block() {
  check_command
  case $tolerance in
    passes | history) ;;
    theirs) check_sources && check_text ;;
    *) check_text ;;
  esac
}

# A report, or a renderer, that no block shows is a leftover.
check_leftovers() {
  local path each
  for path in "$reports"/*.json "$renderers"/*.jq; do
    [ -f "$path" ] || continue
    each=${path##*/}
    names | grep -qxF "${each%.*}" || echo "$path: there is no block '${each%.*}'" >>"$work/problems"
  done
}

check_all() {
  local each document
  if ! [ -s "$work/problems" ]; then
    for each in $(names); do block "$each" && check_block; done
    check_leftovers
  fi
  while IFS= read -r document; do awk -f scripts/lib/prove/strays.awk "$document"; done < <(documents) >>"$work/problems"
  if [ -s "$work/problems" ]; then
    cat "$work/problems"
    echo "scripts/prove: $(wc -l <"$work/problems" | tr -d ' ') problems (scripts/prove --help says what a block is)"
    return 1
  fi
  echo "scripts/prove: $(names | wc -l | tr -d ' ') blocks, all as their reports say"
}
