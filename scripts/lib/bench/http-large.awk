# SPDX-License-Identifier: Apache-2.0
# Lines of NAME DOWN-PER-CPU DOWN-PER-SECOND UP-PER-CPU UP-PER-SECOND RSS-KIB, read by columns.awk: to a table or JSON.

function table(    i, j, name) {
  printf "rounds in turn: %d; %d s down and %d s up each; %d bodies of 256 MiB at once\n", rounds, seconds, seconds, connections
  printf "nginx with its defaults buffers in files; nginx streaming does not buffer%s\n\n", alone == "yes" ? "" : "; NOT ALONE"
  printf "%-16s %16s %8s %16s %8s %8s\n", "", "down: MB/CPU s", "MB/s", "up: MB/CPU s", "MB/s", "RSS"
  printf "%-16s %8s %7s %8s %8s %7s %8s %8s\n", "", "best", "median", "median", "best", "median", "median", "MiB"
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%-16s %8.0f %7.0f %8.0f %8.0f %7.0f %8.0f %8.1f\n", label(name), highest(name, 2), median(name, 2), median(name, 3),
      highest(name, 4), median(name, 4), median(name, 5), highest(name, 6) / 1024
  }
  missing()
  for (i = 1; i <= count; i++) {
    if (names[i] != "penstock") continue
    printf "\nMB/CPU s of Penstock as a multiple of each peer's: down, up; best by best (medians)\n"
    for (j = 1; j <= count; j++)
      if (j != i) printf "%-16s %8.2f (%4.2f) %8.2f (%4.2f)\n", label(names[j]), highest(names[i], 2) / highest(names[j], 2),
        median(names[i], 2) / median(names[j], 2), highest(names[i], 4) / highest(names[j], 4), median(names[i], 4) / median(names[j], 4)
  }
}

function json_object(    i, name) {
  json_head("large")
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%s\"%s\":{\"downMbPerCpuSecond\":%.1f,\"downMbPerSecond\":%.1f,\"upMbPerCpuSecond\":%.1f,\"upMbPerSecond\":%.1f,", (i > 1 ? "," : ""),
      name, median(name, 2), median(name, 3), median(name, 4), median(name, 5)
    printf "\"rssKib\":%d,\"down\":", highest(name, 6)
    json_column(name, 2)
    printf ",\"up\":"
    json_column(name, 4)
    printf "}"
  }
  json_tail()
}

END { if (json) json_object(); else table() }
