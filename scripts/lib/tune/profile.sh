# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # the arrays are what the callers use
#
# Profiles in memory: load_profile FILE fills one array for each word, with one index for each setting.

profile_words=(does cures range since scope load verdict why breaks rule harms module figure)

read_profile() { LC_ALL=C awk -v "name=$1" -f "$lib/profile.awk" "$1"; }

# load_profile FILE: 0, or a message and 2
load_profile() {
  local text line key value form index word
  [ -f "$1" ] && [ -r "$1" ] || { say "cannot read the profile $1"; return 2; }
  # What is wrong comes without settings, one line for each fault.
  text=$(read_profile "$1" 2>&1) || {
    words+="${words:+; }$text"
    printf '%s\n' "$text" >&2
    return 2
  }
  known_comments || return 2
  lines=() keys=() values=() forms=()
  for word in "${profile_words[@]}"; do declare -g -a "p_$word=()"; done
  while IFS=$'\037' read -r line key value form "${profile_words[@]/#/w_}"; do
    index=${#keys[@]}
    lines+=("$line") keys+=("$key") values+=("$value") forms+=("$form")
    # A file of the user's own need not have comments: what the project knows about the key counts there.
    if [ -z "$w_does" ] && [ -n "${comment_of[$key]:-}" ]; then
      IFS=$'\037' read -r "${profile_words[@]/#/w_}" <<<"${comment_of[$key]}"
      w_range='' w_figure=''
    fi
    for word in "${profile_words[@]}"; do
      local from="w_$word"
      declare -g -a "p_${word}[$index]=${!from}"
    done
  done <<<"$text"
  profile=$1
}

# What the project's own profiles say about each key. article.conf comes first, so that its verdicts count.
known_comments() {
  local file line key value form rest
  [ -z "${comments_known:-}" ] || return 0
  declare -gA comment_of=()
  for file in "$root/sysctl/article.conf" "$root/sysctl/gateway.conf" "$root/sysctl/high-connections.conf"; do
    while IFS=$'\037' read -r line key value form rest; do
      [ -n "${comment_of[$key]:-}" ] || comment_of[$key]=$rest
    done < <(read_profile "$file" 2>/dev/null)
  done
  comments_known=1
}
