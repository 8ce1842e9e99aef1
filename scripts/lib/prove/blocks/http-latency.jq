# SPDX-License-Identifier: Apache-2.0
def parties: [["nginx", "nginx"], ["haproxy", "HAProxy"], ["spring", "Spring Cloud Gateway"], ["penstock", "Penstock"]];

def figures: .proxies as $proxies | [parties[:3][] as [$peer, $title]
  | (ratio($proxies.penstock.own.addedP99; $proxies[$peer].own.addedP99) | compared("p99 added, half of own, Penstock : \($peer)")),
    (ratio($proxies.penstock.same.addedP99; $proxies[$peer].same.addedP99) | shown("p99 added, same rate, Penstock : \($peer)"))];

def text: .proxies as $proxies | ["p99 in ms above that of the backend alone (\($proxies.backend.p99 | fixed(1))):", "",
  "| | all at \($proxies.backend.rate | whole)/s | each at half of its own saturation |", "|---|---|---|",
  (parties[] as [$key, $title] | $proxies[$key] // empty
    | [$title, (.same.addedP99 | fixed(1)), "\(.own.addedP99 | fixed(1)) at \(.own.rate | whole)/s"] | row)] | lines;
