# SPDX-License-Identifier: Apache-2.0
def parties: [["nginx", "nginx, buffering in files (its default)"], ["nginx_streaming", "nginx, streaming"], ["haproxy", "HAProxy"], ["penstock", "Penstock"]];

def figures: .proxies as $proxies | [parties[:3][] as [$peer, $title]
  | (ratio($proxies.penstock.downMbPerCpuSecond; $proxies[$peer].downMbPerCpuSecond) | compared("MB/CPU s down, Penstock : \($peer)")),
    (ratio($proxies.penstock.upMbPerCpuSecond; $proxies[$peer].upMbPerCpuSecond) | compared("MB/CPU s up, Penstock : \($peer)"))];

def text: .proxies as $proxies | ["| MB for a second of processor time, best (median) | down | up |", "|---|---|---|",
  (parties[] as [$key, $title] | $proxies[$key] // empty
    | [$title, "\(.down | max | whole) (\(.downMbPerCpuSecond | whole))", "\(.up | max | whole) (\(.upMbPerCpuSecond | whole))"] | row)] | lines;
