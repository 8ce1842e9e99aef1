# SPDX-License-Identifier: Apache-2.0
def text: lab("4-rush") as $lab | trial("tune-gateway-older"; "net.core.somaxconn") as $set
  | comment(["scripts/lab timewait, stage 4-rush: bursts of \($lab.burst | whole) open \($lab.opened_per_second | fixed(1)) connections/s, ListenOverflows \($lab.ListenOverflows | whole);",
      "scripts/tune try: a busy listener holds \($set.a | fixed(1)) of 100 connects with 128, \($set.b | fixed(1)) with this"]);
