# SPDX-License-Identifier: Apache-2.0
# Lines of NAME.KIND RATE REACHED P50 P99, read by columns.awk, KIND being same, own or direct; and NAME.saturation RATE.
# To a table or JSON.

function ms(name, kind, column) { return median(name "." kind, column) }

function table(    i, name) {
  printf "rounds in turn: %d; open loop, %d s each, %d connections, answers of 128 bytes\n", rounds, seconds, connections
  printf "medians of the rounds in ms; latency counts from the intended begin%s\n", alone == "yes" ? "" : "; NOT ALONE"
  printf "backend alone at %d/s: p50 %.3f, p99 %.3f\n\n", ms("backend", "same", 2), ms("backend", "same", 4), ms("backend", "same", 5)
  printf "%-12s %9s | %-23s | %s\n", "", "saturates", sprintf("all at %d/s", ms("backend", "same", 2)), "half of its own"
  printf "%-12s %9s | %7s %7s %7s | %6s %7s %7s %7s\n", "", "at", "p50", "p99", "p99 +", "at", "p50", "p99", "p99 +"
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf "%-12s %9d | %7.3f %7.3f %7.3f | %6d %7.3f %7.3f %7.3f\n", label(name), value[name ".saturation", 2, 1],
      ms(name, "same", 4), ms(name, "same", 5), ms(name, "same", 5) - ms("backend", "same", 5),
      ms(name, "own", 2), ms(name, "own", 4), ms(name, "own", 5), ms(name, "own", 5) - ms(name, "direct", 5)
  }
  missing()
  printf "\np99 +: above the p99 of the backend alone at the same rate\n"
}

function json_object(    i, name) {
  json_head("latency")
  printf "\"backend\":{\"rate\":%d,\"p50\":%.3f,\"p99\":%.3f}", ms("backend", "same", 2), ms("backend", "same", 4), ms("backend", "same", 5)
  for (i = 1; i <= count; i++) {
    name = names[i]
    printf ",\"%s\":{\"saturation\":%d,\"same\":{\"rate\":%d,\"reached\":%.1f,\"p50\":%.3f,\"p99\":%.3f,\"addedP99\":%.3f},", name,
      value[name ".saturation", 2, 1], ms(name, "same", 2), ms(name, "same", 3), ms(name, "same", 4), ms(name, "same", 5),
      ms(name, "same", 5) - ms("backend", "same", 5)
    printf "\"own\":{\"rate\":%d,\"reached\":%.1f,\"p50\":%.3f,\"p99\":%.3f,\"addedP99\":%.3f}}", ms(name, "own", 2), ms(name, "own", 3),
      ms(name, "own", 4), ms(name, "own", 5), ms(name, "own", 5) - ms(name, "direct", 5)
  }
  json_tail()
}

END { if (json) json_object(); else table() }
