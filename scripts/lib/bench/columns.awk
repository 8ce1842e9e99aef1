# SPDX-License-Identifier: Apache-2.0
# Reads lines of NAME and figures, one for each turn, in the columns from 2 on. `order` says whom to report and in which order.

BEGIN { FS = "\t"; count = split(order, names, " ") }
{
  n = ++turns[$1]
  for (i = 2; i <= NF; i++) value[$1, i, n] = $i
}

# The k-th smallest of a column.
function nth(name, column, k,    i, j, x, sorted) {
  for (i = 1; i <= turns[name]; i++) {
    x = value[name, column, i] + 0
    for (j = i - 1; j >= 1 && sorted[j] > x; j--) sorted[j + 1] = sorted[j]
    sorted[j + 1] = x
  }
  return sorted[k]
}
function lowest(name, column) { return nth(name, column, 1) }
function highest(name, column) { return nth(name, column, turns[name]) }
function median(name, column,    m) {
  m = turns[name]
  return m % 2 ? nth(name, column, (m + 1) / 2) : (nth(name, column, m / 2) + nth(name, column, m / 2 + 1)) / 2
}
function label(name) { gsub("_", " ", name); return name }


# Shared by the reports of scripts/bench http.
function missing(    i, m, gone) {
  m = split(absent, gone, " ")
  for (i = 1; i <= m; i++) printf "%-16s not there: this checkout cannot do it yet\n", label(gone[i])
}
function json_head(what) {
  printf "{\"measured\":\"%s\",\"rounds\":%d,\"seconds\":%d,\"connections\":%d,\"peerLogs\":\"%s\",\"alone\":%s,\"proxies\":{", what, rounds,
    seconds, connections, logs, alone == "yes" ? "true" : "false"
}
function json_column(name, column,    j) {
  printf "["
  for (j = 1; j <= turns[name]; j++) printf "%s%s", (j > 1 ? "," : ""), value[name, column, j]
  printf "]"
}
function json_tail(    i, m, gone) {
  printf "},\"absent\":["
  m = split(absent, gone, " ")
  for (i = 1; i <= m; i++) printf "%s\"%s\"", (i > 1 ? "," : ""), gone[i]
  printf "]}\n"
}
