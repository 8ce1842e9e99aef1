# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Runs the commands of blocks, and compares. Sourced by scripts/prove.

# choose_blocks: into $chosen, each once; a block of others' reports stands for those
choose_blocks() {
  local each
  if [ ${#wanted[@]} = 0 ]; then
    while IFS= read -r each; do wanted+=("$each"); done < <(awk -F '\t' '$6 != "history" && $6 != "theirs" { print $4 }' "$work/blocks")
  fi
  [ ${#wanted[@]} -gt 0 ] || refuse "no block has a command that can run"
  : >"$work/chosen"
  for each in "${wanted[@]}"; do
    block "$each" || refuse "there is no block '$each', but $(names | tr '\n' ' ')"
    case $tolerance in
      history) refuse "'$each' is history: it was seen once, on $published" ;;
      theirs) sources ;;
      *) echo "$each" ;;
    esac >>"$work/chosen"
  done
  chosen=$(awk '!seen[$0]++' "$work/chosen")
}

# Asks the command and all that it started to end, and waits for it: measurements put back what they set up.
end_command() {
  local tick
  [ -n "$running" ] || return 0
  kill -TERM -- "-$running" 2>/dev/null
  for tick in $(seq 300); do
    kill -0 "$running" 2>/dev/null || break
    sleep 0.1
    [ "$tick" = 300 ] && kill -KILL -- "-$running" 2>/dev/null
  done
  wait "$running" 2>/dev/null
  running=''
}

# run_command: the current block's, with its output in $work/out; a sign of life each half minute
run_command() {
  local words waited=0 every=${PROVE_PROGRESS_SECONDS:-30}
  read -r -a words <<<"$command"
  echo "scripts/prove: $name: $command" >&2
  # A group of its own, so that all of it can be ended.
  set -m
  "${words[@]}" >"$work/out" 2>"$work/err" </dev/null &
  running=$!
  set +m
  while kill -0 "$running" 2>/dev/null; do
    sleep 0.2 &
    wait "$!"
    waited=$((waited + 1))
    [ $((waited % (every * 5))) != 0 ] || echo "scripts/prove: $name: $((waited / 5)) s; $(tail -n 1 "$work/err" | cut -c 1-50)" >&2
  done
  wait "$running"
  code=$?
  running=''
  return "$code"
}

# measure: the current block; sets verdict, and leaves its rows in $work/rows
measure() {
  echo '[]' >"$work/rows"
  run_command
  if [ "$tolerance" = passes ]; then
    if [ "$code" = 0 ]; then verdict=agrees; else verdict=failed; fi
    return
  fi
  # Of several lines of JSON the last one is the whole.
  if ! jq -s -e 'last' <"$work/out" >"$work/$name.json" 2>/dev/null || ! render "$name" figures <"$work/$name.json" >"$work/new" 2>"$work/error"; then
    verdict=failed
    cat "$work/error" >>"$work/err" 2>/dev/null
    return
  fi
  if [ -f "$reports/$name.json" ]; then render "$name" figures <"$reports/$name.json" >"$work/old"; else echo '[]' >"$work/old"; fi
  jq -n --argjson old "$(cat "$work/old")" --argjson new "$(cat "$work/new")" --arg tolerance "$tolerance" \
    -f scripts/lib/prove/compare.jq >"$work/rows"
  verdict=agrees
  jq -e 'all(.agrees != false)' "$work/rows" >/dev/null || verdict=disagrees
  # Some commands judge by themselves, too, and print what they saw. With 3 nothing failed, and not all could be judged.
  [ "$code" = 0 ] || [ "$code" = 3 ] || verdict=failed
}

show() {
  if [ -n "$json" ]; then
    jq -c --arg name "$name" --arg command "$command" --arg tolerance "$tolerance" --arg published "$published" --arg verdict "$verdict" \
      --argjson code "$code" '{name: $name, command: $command, tolerance: $tolerance, published: $published, verdict: $verdict,
        exitCode: $code, figures: .}' "$work/rows" >>"$work/results"
    return
  fi
  jq -r 'def number: if . == null then "-" elif type != "number" then tostring elif fabs >= 1000 then round | tostring else (. * 1000 | round / 1000 | tostring) end;
    .[] | [.name, (.old | number), (.new | number), (if ([.old, .new] | all(type == "number")) and .old != 0 then (.new / .old * 100 | round / 100 | tostring) else "" end),
      (if .agrees == null then "" elif .agrees then "yes" else "NO" end), (if .rule == "shown" then "" else .rule | sub("^at most "; "<= ") | sub("^at least "; ">= ") end)] | @tsv' "$work/rows" |
    awk -F '\t' -v date="$published" 'NR == 1 { printf "%-38.38s %10s %9s %6s\n", "", date, "now", "ratio" }
      { printf "%-38.38s %10s %9s %6s %3s %s\n", $1, $2, $3, $4, $5, $6 }' | cut -c 1-80 | sed 's/ *$//'
  echo "scripts/prove: $name $verdict$([ "$code" = 0 ] || echo ", exit code $code")"
}

prove_all() {
  local each total=0 bad=0
  : >"$work/results"
  for each in $chosen; do
    block "$each"
    measure
    show
    total=$((total + 1))
    if [ "$verdict" = failed ]; then
      echo "scripts/prove: $command said:" >&2
      tail -n 15 "$work/err" >&2
      bad=$((bad + 1))
    elif [ -n "$write" ]; then
      keep
    elif [ "$verdict" = disagrees ]; then
      bad=$((bad + 1))
    fi
  done
  if [ -n "$json" ]; then jq -s -c --argjson bad "$bad" '{agrees: ($bad == 0), blocks: .}' "$work/results"; else
    echo "scripts/prove: $((total - bad)) of $total $(if [ -n "$write" ]; then echo written; else echo agree; fi)"
  fi
  [ "$bad" = 0 ]
}
