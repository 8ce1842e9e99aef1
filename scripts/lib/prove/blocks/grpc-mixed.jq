# SPDX-License-Identifier: Apache-2.0
def parties: [["nginx_static", "nginx, static target"], ["haproxy", "HAProxy, HTTP/2 on both sides"], ["penstock_embedded", "Penstock, embedded store"]];

def figures: [(.proxies.penstock_embedded | (.share | compared("Penstock, calls/s beside : alone")), (.lost | must("Penstock, calls lost"; "same"))),
  (.proxies.nginx_static.share, .proxies.haproxy.share) as $share | $share]
  | .[:2] + [(.[2] | shown("nginx, calls/s beside : alone")), (.[3] | shown("HAProxy, calls/s beside : alone"))];

def text: . as $report | ["| | calls/s alone | beside the reader that stopped | share | calls lost | RSS added, MiB |", "|---|---|---|---|---|---|",
  (parties[] as [$key, $title] | $report.proxies[$key] // empty
    | [$title, (.requestsPerSecondAlone | whole), (.requestsPerSecondBeside | whole), (.share | fixed(2)), (.lost | whole),
      (if .rssAddedKib == null then "-" else .rssAddedKib / 1024 | fixed(1) end)] | row)] | lines;
