# SPDX-License-Identifier: Apache-2.0
#
# Reads a profile in the form that sysctl/README.md states. A line for each setting, its fields between the
# character US: line, key, value, form, and the words of its comment in the order of `words`.
# What is wrong is said as FILE:LINE, and ends with 1.

BEGIN {
  US = sprintf("%c", 31)
  count = split("does cures range since scope load verdict why breaks rule harms module figure", words, " ")
  required = "does cures range since scope load verdict why"
  for (i = 1; i <= count; i++) known[words[i]] = 1
  split("scope=namespace scope=machine load=churn load=idle load=burst load=none verdict=keep verdict=useless " \
    "verdict=harmful rule=exact rule=at-least harms=always harms=lowering", pairs, " ")
  for (i in pairs) allowed[pairs[i]] = 1
  clear()
}

function clear() { delete of; last = ""; begun = 0; pending = "" }
function wrong(text) { printf "%s:%d: %s\n", name, FNR, text | "cat >&2"; failed = 1 }
function trim(text) { gsub(/^[ \t]+|[ \t\r]+$/, "", text); return text }

# `# word:  text`, or more of the text before. Prose without such a word is nobody's business.
function comment(line,   word, text) {
  if (match(line, /^# [a-z]+:[ \t]/)) {
    word = substr(line, 3, RLENGTH - 4)
    text = trim(substr(line, RLENGTH + 1))
    if (word in known) {
      if (word in of) wrong("`" word "` stands twice above one setting")
      begun = 1; of[word] = text; last = word
      if (word ~ /^(scope|load|verdict|rule|harms)$/ && !((word "=" text) in allowed))
        wrong("found `" word ": " text "`, expected one of" choices(word))
      return
    }
    pending = pending (pending == "" ? "" : ", ") "`" word "`"
    last = ""
  } else if (last != "" && line ~ /^#    /) of[last] = of[last] " " trim(substr(line, 2))
}

function choices(word,   i, text) {
  for (i = 1; i in pairs; i++) if (index(pairs[i], word "=") == 1) text = text " " substr(pairs[i], length(word) + 2)
  return text
}

function whole(text) { return text ~ /^-?[0-9]+$/ }

function in_range(value,   values, ranges, n, m, i, ends) {
  n = split(value, values, " "); m = split(of["range"], ranges, " ")
  if (n != m) { wrong("found " n " values in `" value "`, expected " m " (" of["range"] ")"); return }
  for (i = 1; i <= n; i++) {
    if (split(ranges[i], ends, /\.\./) != 2 || !whole(ends[1]) || !whole(ends[2])) {
      wrong("found range `" ranges[i] "`, expected LEAST..MOST"); return
    }
    if (!whole(values[i]) || values[i] + 0 < ends[1] + 0 || values[i] + 0 > ends[2] + 0)
      wrong("found " values[i] ", expected " ranges[i])
  }
}

function setting(line, form,   at, key, value, i, list, out) {
  at = index(line, "=")
  if (!at) { wrong("found `" line "`, expected KEY = VALUE"); return }
  key = trim(substr(line, 1, at - 1)); value = trim(substr(line, at + 1))
  gsub(/[ \t]+/, " ", value)
  if (sub(/^-[ \t]*/, "", key)) form = "ignore"
  sub(/\*$/, "", key)
  if (key !~ /^[a-z][A-Za-z0-9_-]*([.\/][A-Za-z0-9_:-]+)+$/) { wrong("found `" key "`, expected a key such as net.ipv4.tcp_syncookies"); return }
  if (value == "") { wrong("found no value for " key); return }
  if (key in seen) wrong(key " stands on line " seen[key] " already")
  seen[key] = FNR
  if (begun) {
    if (pending != "") wrong("found " pending " above " key ", which is not one of: does cures range since scope load verdict why breaks rule harms module figure")
    i = split(required, list, " ")
    for (at = 1; at <= i; at++) if (!(list[at] in of)) wrong("`" list[at] ":` is missing above " key)
    if (of["verdict"] == "harmful" && !("breaks" in of)) wrong("`breaks:` is missing above " key ", which is harmful")
    if ("range" in of) in_range(value)
  }
  out = FNR US key US value US form
  for (i = 1; i <= count; i++) out = out US of[words[i]]
  lines[++settings] = out
}

/^#gone[ \t]/ { setting(substr($0, 7), "gone"); clear(); next }
/^[ \t]*$/ { clear(); next }
/^#/ { comment($0); next }
/^[ \t]*;/ { next }
{ setting(trim($0), "plain"); clear() }

END {
  if (!settings && !failed) { printf "%s: found no setting\n", name | "cat >&2"; failed = 1 }
  close("cat >&2")
  if (failed) exit 1
  for (i = 1; i <= settings; i++) print lines[i]
}
