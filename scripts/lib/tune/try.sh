# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# try: the outside. Everything that is made (processes, namespaces, links) lives in a process namespace, whose first
# process is ended with this one, and takes all of it along.

# Some tools of the measurement are packages of their own.
try_needs() {
  # shellcheck source=scripts/lib/packages.sh
  . "$root/scripts/lib/packages.sh"
  install_missing "$(missing_commands ip ss nsenter unshare mount)" iproute2 util-linux mount || return 1
}

tune_try() {
  local code=0 index
  load_profile "$1" || return 2
  PATH=$PATH:/usr/sbin:/sbin
  try_needs || return 1
  if ! find_unshare || ! "${unshare[@]}" --net --mount --pid --fork --mount-proc true 2>/dev/null; then
    say "try needs network namespaces: run it as root, or where user namespaces are allowed."
    return 1
  fi
  find_scopes
  for index in ${with[@]+"${!with[@]}"}; do check_with "${with[$index]}" || return 2; done
  try_plan
  build_sink || return $?
  trap 'say "interrupted by SIGINT"; exit 130' INT
  trap 'say "interrupted by SIGTERM"; exit 143' TERM
  trap 'say "interrupted by SIGHUP"; exit 129' HUP
  work=$(mktemp -d "${TMPDIR:-/tmp}/penstock-tune.XXXXXX") || { say "cannot make a folder in ${TMPDIR:-/tmp}"; return 1; }
  printf '%s\n' ${jobs_planned[@]+"${jobs_planned[@]}"} >"$work/plan"
  printf '%s\n' ${with[@]+"${with[@]}"} >"$work/with"
  : >"$work/results"
  if [ ${#jobs_planned[@]} -gt 0 ]; then
    "${unshare[@]}" --net --mount --pid --fork --mount-proc --kill-child \
      bash "$lib/try-inside.sh" "$lib" "$work" "$rounds" "$JAVA_HOME/bin/java" "$root/harness/target/penstock-harness.jar" </dev/null &
    inside=$!
    wait "$inside" || code=$?
    inside=''
    [ "$code" = 0 ] || { say "the measurement ended with $code."; return 1; }
  fi
  try_report
}

try_end() {
  # The first process of the namespace dies with its parent, and all others with it.
  [ -z "${inside:-}" ] || { kill -KILL "$inside" 2>/dev/null; wait "$inside" 2>/dev/null; }
  rm -rf "$work"
}

build_sink() {
  # shellcheck source=scripts/lib/jdk.sh
  . "$root/scripts/lib/jdk.sh"
  # shellcheck source=scripts/lib/build.sh
  . "$root/scripts/lib/build.sh"
  jdk_use || return 2
  (cd "$root" && build_jar harness)
}

check_with() {
  local path
  path_of "${1%%=*}"
  # shellcheck disable=SC2016 # expanded inside
  "${unshare[@]}" -n sh -c 'case $(stat -c %a "$1" 2>/dev/null) in *[2367]??) ;; *) exit 1 ;; esac' - "$path" ||
    { say "--with: ${1%%=*} does not belong to a network namespace of this kernel"; return 1; }
}

# try_plan: into jobs_planned, one line each: name, load, settings; and why others are left out, in left_out[INDEX]
try_plan() {
  local index load all together
  jobs_planned=()
  declare -gA left_out=()
  for load in churn idle burst; do
    together='' all=0
    for index in "${!keys[@]}"; do
      [ "$(try_load "$index")" = "$load" ] || continue
      jobs_planned+=("$index"$'\037'"$load"$'\037'"${keys[$index]}=${values[$index]}")
      together+="${together:+;}${keys[$index]}=${values[$index]}" all=$((all + 1))
    done
    # "All together" is all that can be written here, under each load that one of them asks for.
    [ "$all" = 0 ] || [ "$(all_settings)" = "$together" ] && [ "$all" -lt 2 ] || jobs_planned+=("all"$'\037'"$load"$'\037'"$(all_settings)")
  done
}

all_settings() {
  local index text=''
  for index in "${!keys[@]}"; do
    [ "$(state_of "$index")" = known ] && [ "${scopes[$index]}" = namespace ] && text+="${text:+;}${keys[$index]}=${values[$index]}"
  done
  echo "$text"
}

# try_load INDEX: the load that shows what the setting does, or `none`
try_load() {
  if [ "$(state_of "$1")" != known ] || [ "${scopes[$1]}" = machine ]; then echo none
  else echo "${p_load[$1]:-churn}"; fi
}

not_tried() {
  if [ "$(state_of "$1")" != known ]; then state_text "$(state_of "$1")" "$1"
  elif [ "${scopes[$1]}" = machine ]; then echo 'belongs to the whole machine, which is never written here'
  else echo 'none of the loads shows what it does'; fi
}

try_report() {
  local name load verdict n a b diff low high lost lost_low lost_high harmful code=0
  objects=()
  [ -n "$json" ] || try_head
  for name in "${!keys[@]}"; do
    [ "$(try_load "$name")" = none ] || continue
    if [ -n "$json" ]; then
      objects+=("$(object key "${keys[$name]}" wanted "${values[$name]}" verdict 'not tried' text "$(not_tried "$name")" said "${p_verdict[$name]}")")
    else
      printf '\n%-10s %s = %s\n' 'not tried' "${keys[$name]}" "${values[$name]}"
      indent "$(not_tried "$name")"
    fi
  done
  LC_ALL=C awk -f "$lib/verdict.awk" "$work/results" | sort -t $'\037' -k 1,1n -k 2,2 >"$work/verdicts"
  # Numbers first, so that what is harmful alone is known before all of them together.
  grep -v '^all' "$work/verdicts" >"$work/in-order"
  grep '^all' "$work/verdicts" >>"$work/in-order"
  harmful=''
  while IFS=$'\037' read -r name load verdict n a b diff low high lost lost_low lost_high; do
    # Together with tcp_tw_reuse a busy machine may stay below tcp_max_tw_buckets: that is luck, and no cure.
    [ "$name" != all ] || [ -z "$harmful" ] || verdict=harmful
    [ "$verdict" != harmful ] || [ "$name" = all ] || harmful+="${harmful:+, }${keys[$name]}"
    [ "$verdict" != undecided ] || code=1
    try_line
  done <"$work/in-order"
  [ -z "$json" ] || answer "$(object profile "$profile" kernel "$(kernel_release)" congestion "$(present net.ipv4.tcp_congestion_control)" \
    with "${with[*]-}" rounds "=$rounds" method "paired differences, Student's t, 95 %" settings "=$(list ${objects[@]+"${objects[@]}"})")"
  return "$code"
}

try_head() {
  cat <<TEXT
$profile on Linux $(kernel_release), congestion control $(present net.ipv4.tcp_congestion_control)
A is this kernel's defaults${with[*]:+ with ${with[*]}}, B the setting on top, in fresh namespaces: A/B/A/B,
$rounds rounds at least. The interval is that of the mean of the paired differences
B - A (Student's t, 95 %). Keep or harmful: all of it beyond 1 point; useless: all
of it within; otherwise there are up to three times as many rounds.
  churn  5,200 calls to 4 destinations fill 1,300 ports each (of 28,232: a range is
         cut to the same share), and 800 more follow when those are old enough;
         each opens a connection, gets an answer, closes first. Measured: calls in
         100 that got a port. Harm: sockets in 100 that lost their TIME_WAIT.
  idle   8 MB and more over one connection, a pause of 1.1 s, one more line.
         Measured: how much of what the congestion window gained is left, in 100.
  burst  6,000 connects to a listener that is too busy to accept. Measured: how
         many of 100 it holds.
TEXT
}

try_line() {
  local title note='' key='all together' wanted=''
  [ "$name" = all ] || key=${keys[$name]} wanted=${values[$name]}
  case $name in
    all) title="all together ($load)" note=${harmful:+"Among them, harmful alone: $harmful. "} ;;
    *)
      title="${keys[$name]} = ${values[$name]} ($load)"
      [ "$(present "${keys[$name]}")" != "${values[$name]}" ] || [[ " ${with[*]-}" == *" ${keys[$name]}="* ]] ||
        note='This machine has it already. '
      [ -z "${p_verdict[$name]}" ] || [ "${p_verdict[$name]}" = "$verdict" ] || note+="The profile says ${p_verdict[$name]}. "
      ;;
  esac
  if [ -n "$json" ]; then
    objects+=("$(object key "$key" wanted "$wanted" load "$load" verdict "$verdict" rounds "=$n" a "=$a" b "=$b" \
      difference "=$diff" low "=$low" high "=$high" lost "=$lost" lostLow "=$lost_low" lostHigh "=$lost_high" note "$note")")
    return 0
  fi
  printf '\n%-10s %s\n' "$verdict" "$title"
  printf '    %s -> %s in 100: difference %s (%s to %s), %s rounds\n' "$a" "$b" "$diff" "$low" "$high" "$n"
  if [ "$verdict" = harmful ] && LC_ALL=C awk -v "lost=$lost_low" 'BEGIN { exit !(lost > 0) }'; then
    printf '    %s in 100 sockets lost their TIME_WAIT (%s to %s; TCPTimeWaitOverflow)\n' "$lost" "$lost_low" "$lost_high"
    indent 'It gives ports by taking that protection away: late segments of a closed connection reach its successor.'
  fi
  indent "$note"
}
