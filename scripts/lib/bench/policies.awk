# SPDX-License-Identifier: Apache-2.0
# Lines of NAME CPU RPS RSS-KIB BACKEND-CPU, read by columns.awk: to a table or JSON.

function title(name) {
  sub(/_repeated$/, "", name) || sub(/_fresh$/, " new", name)
  sub(/_es/, ", ES256", name) || sub(/_hs/, ", HS256", name)
  return label(name)
}

# The same tokens before somebody else.
function share(name, peer, kind) {
  if (!((peer kind) in turns)) return ""
  return sprintf("%.2f (%.2f)", lowest(name, 2) / lowest(peer kind, 2), median(name, 2) / median(peer kind, 2))
}

function table(    i, name, kind) {
  printf "rounds in turn: %d; %d s each; wrk, %d connections, a token in each request\n", rounds, seconds, connections
  printf "1 worker or loop each; access log: Penstock on, peers %s%s\n\n", logs, alone == "yes" ? "" : "; NOT ALONE"
  printf "%-28s %16s %12s %8s %9s\n", "", "CPU us/request", "requests/s", "RSS", "backend"
  printf "%-28s %8s %7s %12s %8s %9s\n", "", "low", "median", "median", "MiB", "CPU us"
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%-28s %8.2f %7.2f %12.0f %8.1f %9.2f\n", title(name), lowest(name, 2), median(name, 2), median(name, 3),
      highest(name, 4) / 1024, median(name, 5)
  }
  printf "\nCPU of Penstock as a share of each peer's, lowest by lowest (median by median)\n"
  printf "%-28s %15s %15s %15s\n", "", "its plain route", "nginx lua", "and kept"
  for (i = 1; i <= count; i++) {
    name = names[i]
    if (name !~ /^penstock_[eh]s_/) continue
    kind = substr(name, length("penstock") + 1)
    printf "%-28s %15s %15s %15s\n", title(name), share(name, "penstock_plain", ""), share(name, "nginx_lua", kind), share(name, "nginx_lua_kept", kind)
  }
}

function json_object(    i, name) {
  json_head("policies")
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%s\"%s\":{\"cpuMicrosLowest\":%.3f,\"cpuMicrosMedian\":%.3f,\"requestsPerSecondMedian\":%.1f,", (i > 1 ? "," : ""),
      name, lowest(name, 2), median(name, 2), median(name, 3)
    printf "\"rssKib\":%d,\"backendCpuMicros\":%.3f,\"cpuMicros\":", highest(name, 4), median(name, 5)
    json_column(name, 2)
    printf "}"
  }
  json_tail()
}

END { if (json) json_object(); else table() }
