# SPDX-License-Identifier: Apache-2.0
def figures: [(.availability * 100 | must("% of requests answered"; "at least 99.9")), (.extra_load * 100 | must("% of load added by retries"; "at most 20")),
  (.recovery_ms / 1000 | compared("s until backends served all"))];

def text: [
  "\(.availability * 100 | fixed(1)) % of the requests answered while a backend was left, retries added \(.extra_load * 100 | fixed(1)) % of load, backends served",
  "everybody again \(.recovery_ms / 1000 | fixed(1)) s after all had recovered."] | lines;
