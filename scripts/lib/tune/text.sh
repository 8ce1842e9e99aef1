# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What people and programs read.

# Why it ends as it does; programs get it where nothing else answers them.
words='' answered=''

note() { echo "scripts/tune: $1" >&2; }
say() {
  words+="${words:+; }$1"
  note "$1"
}

# indent TEXT: in 80 columns, four spaces from the left
indent() { [ -z "$1" ] || fold -s -w 74 <<<"$1" | sed 's/ *$//; s/^/    /'; }

# quoted TEXT: as a JSON string, into $quoted
quoted() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\t'/\\t}
  text=${text//$'\n'/\\n}
  text=${text//[[:cntrl:]]/ }
  quoted="\"$text\""
}

# object NAME VALUE NAME VALUE...: one JSON object; a value that begins with = is taken as JSON
object() {
  local out='' quoted
  while [ $# -gt 1 ]; do
    if [ "${2:0:1}" = '=' ]; then quoted=${2:1}; else quoted "$2"; fi
    out+="${out:+,}\"$1\":$quoted"
    shift 2
  done
  printf '{%s}\n' "$out"
}

# list OBJECT...: a JSON array
list() {
  local IFS=,
  printf '[%s]\n' "$*"
}

# answer JSON: the one line for programs
answer() {
  answered=1
  printf '%s\n' "$1"
}

# answer_refusal CODE: whatever the reason, a program gets a line of JSON
answer_refusal() {
  [ -z "$json" ] || [ -n "$answered" ] || [ "$1" = 0 ] || answer "$(object ok =false error "${words:-ended with $1}")"
}
