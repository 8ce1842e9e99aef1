# SPDX-License-Identifier: Apache-2.0
# Lines of NAME CPU RPS OPENS REDIS-OPENS REDIS-GETS RSS BACKEND-CPU, one for each turn: to a table or JSON.

function table(    i, j, name, line) {
  printf "rounds in turn: %d; %d calls each, h2load %d connections x %d streams\n", rounds, requests, connections, streams
  printf "1 worker or thread for each peer; access log: Penstock on, peers %s%s\n\n", logs,
    alone == "yes" ? "" : "; NOT ALONE on this network"
  printf "%-18s %13s %9s %15s %7s %7s\n", "", "CPU us/call", "calls/s", "TCP opened per", "Redis", "RSS"
  printf "%-18s %6s %6s %9s %15s %7s %7s\n", "", "low", "median", "median", "1000: up Redis", "GET", "MiB"
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%-18s %6.1f %6.1f %9.0f %8.1f %6.1f %7.2f %7.1f\n", label(name), lowest(name, 2), median(name, 2),
      median(name, 3), median(name, 4), median(name, 5), median(name, 6), highest(name, 7) / 1024
  }
  split(absent, gone, " ")
  for (i in gone) printf "%-18s not there: this checkout cannot do it yet\n", label(gone[i])
  for (i = 1; i <= count; i++) {
    if (names[i] !~ /^penstock/) continue
    if (!headed++) printf "\n%-18s %s\n", "CPU as a share of", "each peer's, lowest by lowest (median by median)"
    line = ""
    for (j = 1; j <= count; j++) {
      if (names[j] ~ /^penstock/) continue
      printf "%-18s %-14s %5.2f (%4.2f)\n", line == "" ? label(names[i]) : "", label(names[j]),
        lowest(names[i], 2) / lowest(names[j], 2), median(names[i], 2) / median(names[j], 2)
      line = "more"
    }
  }
}

function json_object(    i, j, name, split_at) {
  printf "{\"rounds\":%d,\"requests\":%d,\"connections\":%d,\"streams\":%d,\"peerLogs\":\"%s\",\"alone\":%s,\"proxies\":{",
    rounds, requests, connections, streams, logs, alone == "yes" ? "true" : "false"
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%s\"%s\":{\"cpuMicrosLowest\":%.3f,\"cpuMicrosMedian\":%.3f,\"requestsPerSecondMedian\":%.1f,", (i > 1 ? "," : ""),
      name, lowest(name, 2), median(name, 2), median(name, 3)
    printf "\"upstreamOpensPer1000\":%.3f,\"redisOpensPer1000\":%.3f,\"redisGetsPerRequest\":%.3f,\"rssKib\":%d,\"backendCpuMicros\":%.3f,\"cpuMicros\":[",
      median(name, 4), median(name, 5), median(name, 6), highest(name, 7), median(name, 8)
    for (j = 1; j <= turns[name]; j++) printf "%s%s", (j > 1 ? "," : ""), value[name, 2, j]
    printf "]}"
  }
  printf "},\"absent\":["
  m = split(absent, gone, " ")
  for (i = 1; i <= m; i++) printf "%s\"%s\"", (i > 1 ? "," : ""), gone[i]
  printf "]}\n"
}

END { if (json) json_object(); else table() }
