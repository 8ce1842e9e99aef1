# SPDX-License-Identifier: Apache-2.0
def parties: [["penstock", "none"], ["penstock_waiting", "`external`, which answers from what it keeps"],
  ["penstock_body", "`limit-body`, which sees the answer stream"]];
def share($party): [ratio(.proxies[$party].cpuMicrosLowest; .proxies.penstock.cpuMicrosLowest),
  ratio(.proxies[$party].cpuMicrosMedian; .proxies.penstock.cpuMicrosMedian)];

def figures: . as $report | [parties[1:][] as [$party, $title] | $report | share($party) as [$lowest, $median]
  | ($median | compared("CPU, with \($title) : without, median")), ($lowest | shown("CPU, with \($title) : without, lowest"))];

def text: . as $report | ["| filter of the route | CPU us/request, lowest (median) | as a share of none |", "|---|---|---|",
  (parties[] as [$key, $title] | $report | share($key) as [$lowest, $median] | .proxies[$key]
    | [$title, "\(.cpuMicrosLowest | fixed(1)) (\(.cpuMicrosMedian | fixed(1)))",
      (if $key == "penstock" then "1" else "\($lowest | fixed(2)) (\($median | fixed(2)))" end)] | row)] | lines;
