# SPDX-License-Identifier: Apache-2.0
# Lines of NAME RPS-ALONE RPS-BESIDE LOST RSS-ADDED-KIB HELD, one for each turn: to a table or JSON.

BEGIN { FS = "\t"; count = split(order, names, " ") }
{
  n = ++turns[$1]
  alone[$1, n] = $2; beside[$1, n] = $3; share[$1, n] = $2 > 0 ? $3 / $2 : 0
  lost[$1] += $4; held[$1] += $6
  if ($5 > rss[$1]) rss[$1] = $5
}

function median(table, name,    i, j, x, m, sorted) {
  m = turns[name]
  for (i = 1; i <= m; i++) {
    x = table[name, i] + 0
    for (j = i - 1; j >= 1 && sorted[j] > x; j--) sorted[j + 1] = sorted[j]
    sorted[j + 1] = x
  }
  return m % 2 ? sorted[(m + 1) / 2] : (sorted[m / 2] + sorted[m / 2 + 1]) / 2
}

END {
  if (json) {
    printf "{\"requests\":%d,\"rounds\":%d,\"proxies\":{", requests, rounds
    for (i = 1; i <= count; i++) {
      name = names[i]
      printf "%s\"%s\":{\"requestsPerSecondAlone\":%.1f,\"requestsPerSecondBeside\":%.1f,\"share\":%.3f,\"lost\":%d,\"rssAddedKib\":%d,\"held\":%d}",
        (i > 1 ? "," : ""), name, median(alone, name), median(beside, name), median(share, name), lost[name], rss[name], held[name]
    }
    print "}}"
    exit
  }
  printf "Fifteen clients alone, then beside one that stopped reading; rounds: %d,\n%d calls each; medians.\n\n", rounds, requests
  printf "%-18s %11s %11s %7s %6s %10s %6s\n", "", "calls/s", "calls/s", "", "calls", "RSS added", "slow"
  printf "%-18s %11s %11s %7s %6s %10s %6s\n", "", "alone", "beside", "share", "lost", "MiB", "held"
  for (i = 1; i <= count; i++) {
    name = names[i]
    shown = name
    gsub("_", " ", shown)
    printf "%-18s %11.0f %11.0f %7.2f %6d %10.1f %4d/%d\n", shown, median(alone, name), median(beside, name), median(share, name),
      lost[name], rss[name] / 1024, held[name], turns[name]
  }
}
