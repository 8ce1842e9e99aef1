# SPDX-License-Identifier: Apache-2.0
# Lines of NAME RSS-BEFORE RSS-AFTER KIB-EACH, read by columns.awk: to a table or JSON.

function table(    i, name) {
  printf "10000 idle keep-alive connections after one request each, and all still open\n"
  printf "RSS once warmed up, then with them; of a JVM after a full collection%s\n\n", alone == "yes" ? "" : "; NOT ALONE"
  printf "%-16s %12s %12s %16s\n", "", "RSS before", "RSS with", "added for each"
  printf "%-16s %12s %12s %16s\n", "", "MiB", "MiB", "KiB"
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%-16s %12.1f %12.1f %16.2f\n", label(name), value[name, 2, 1] / 1024, value[name, 3, 1] / 1024, value[name, 4, 1]
  }
  missing()
}

function json_object(    i, name) {
  json_head("idle")
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%s\"%s\":{\"rssBeforeKib\":%d,\"rssWithKib\":%d,\"kibEach\":%.3f}", (i > 1 ? "," : ""), name, value[name, 2, 1], value[name, 3, 1], value[name, 4, 1]
  }
  json_tail()
}

END { if (json) json_object(); else table() }
