# SPDX-License-Identifier: Apache-2.0
# Lines of NAME CPU RPS OPENS RSS-KIB BACKEND-CPU, read by columns.awk: to a table or JSON.

function table(    i, j, name, line) {
  printf "rounds in turn: %d; %d s each; wrk, %d connections, answers of 128 bytes\n", rounds, seconds, connections
  printf "1 worker or thread for nginx and HAProxy; access log: Penstock on, peers %s%s\n\n", logs, alone == "yes" ? "" : "; NOT ALONE"
  printf "%-16s %16s %12s %12s %8s %9s\n", "", "CPU us/request", "requests/s", "opened up", "RSS", "backend"
  printf "%-16s %8s %7s %12s %12s %8s %9s\n", "", "low", "median", "median", "per 1000", "MiB", "CPU us"
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%-16s %8.2f %7.2f %12.0f %12.2f %8.1f %9.2f\n", label(name), lowest(name, 2), median(name, 2), median(name, 3),
      median(name, 4), highest(name, 5) / 1024, median(name, 6)
  }
  missing()
  for (i = 1; i <= count; i++) {
    if (names[i] != "penstock") continue
    printf "\nCPU of Penstock as a share of each peer's, lowest by lowest (median by median)\n"
    for (j = 1; j <= count; j++)
      if (j != i) printf "%-16s %8.2f (%4.2f)\n", label(names[j]), lowest(names[i], 2) / lowest(names[j], 2), median(names[i], 2) / median(names[j], 2)
  }
}

function json_object(    i, j, name) {
  json_head("small")
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%s\"%s\":{\"cpuMicrosLowest\":%.3f,\"cpuMicrosMedian\":%.3f,\"requestsPerSecondMedian\":%.1f,", (i > 1 ? "," : ""),
      name, lowest(name, 2), median(name, 2), median(name, 3)
    printf "\"upstreamOpensPer1000\":%.3f,\"rssKib\":%d,\"backendCpuMicros\":%.3f,\"cpuMicros\":", median(name, 4), highest(name, 5), median(name, 6)
    json_column(name, 2)
    printf "}"
  }
  json_tail()
}

END { if (json) json_object(); else table() }
