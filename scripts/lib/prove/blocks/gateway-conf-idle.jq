# SPDX-License-Identifier: Apache-2.0
def text: lab("5") as $lab | trial("tune-gateway-older"; "net.ipv4.tcp_slow_start_after_idle") as $set
  | comment(["scripts/lab timewait, stage 5: \($lab.ok | whole) calls and \($lab.ActiveOpens | whole) connections opened, so each one pauses and goes on;",
      "scripts/tune try, Reno: \($set.a | fixed(1)) of 100 parts of the grown window left after a pause, \($set.b | fixed(1)) with this (BBR",
      "keeps its window by itself, which makes it useless there)"]);
