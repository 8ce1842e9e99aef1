# SPDX-License-Identifier: Apache-2.0
# Medians are compared: the lowest of ten short turns is a matter of luck where neighbours come and go.
def parties: [["nginx", "nginx"], ["haproxy", "HAProxy"], ["spring", "Spring Cloud Gateway"], ["penstock", "Penstock"]];
def share($peer): [ratio(.proxies.penstock.cpuMicrosLowest; .proxies[$peer].cpuMicrosLowest),
  ratio(.proxies.penstock.cpuMicrosMedian; .proxies[$peer].cpuMicrosMedian)];

def figures: . as $report | [parties[:3][] as [$peer, $title] | $report | share($peer) as [$lowest, $median]
  | ($median | compared("CPU, Penstock : \($title), median")), ($lowest | shown("CPU, Penstock : \($title), lowest"))];

def text: . as $report | ["| | CPU us/request, lowest (median) | Penstock's share of it | requests/s | RSS MiB |", "|---|---|---|---|---|",
  (parties[] as [$key, $title] | $report | share($key) as [$lowest, $median] | .proxies[$key] // empty
    | [$title, "\(.cpuMicrosLowest | fixed(1)) (\(.cpuMicrosMedian | fixed(1)))",
      (if $key == "penstock" then "1" else "\($lowest | fixed(2)) (\($median | fixed(2)))" end),
      (.requestsPerSecondMedian | whole), (.rssKib / 1024 | whole)] | row)] | lines;
