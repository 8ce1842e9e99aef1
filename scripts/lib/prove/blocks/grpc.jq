# SPDX-License-Identifier: Apache-2.0
# Medians are compared: the lowest of a few turns is a matter of luck where neighbours come and go.
def parties: [
  ["nginx_static", "nginx, static target"],
  ["haproxy", "HAProxy, HTTP/2 on both sides"],
  ["lua_untuned", "nginx + Lua + Redis, a connection each"],
  ["lua_tuned", "nginx + Lua + Redis, pools of 40"],
  ["penstock_embedded", "Penstock, embedded store"],
  ["penstock_redis", "Penstock, Redis"]];
def peers: [["lua_tuned", "nginx + Lua, pools of 40"], ["nginx_static", "nginx, static target"], ["haproxy", "HAProxy"]];

def share($ours; $theirs): [ratio(.proxies[$ours].cpuMicrosLowest; .proxies[$theirs].cpuMicrosLowest),
  ratio(.proxies[$ours].cpuMicrosMedian; .proxies[$theirs].cpuMicrosMedian)];
def opened: (.upstreamOpensPer1000 + .redisOpensPer1000) | if . == 0 or . >= 10 then whole else fixed(1) end;

def figures: . as $report
  | [(["embedded", "redis"][] as $store | peers[] as [$peer, $title] | $report | share("penstock_" + $store; $peer) as [$lowest, $median]
      | ($median | compared("CPU, \($store) : \($peer), median")), ($lowest | shown("CPU, \($store) : \($peer), lowest"))),
    (["embedded", "redis"][] as $store | .proxies["penstock_" + $store]
      | (.upstreamOpensPer1000 + .redisOpensPer1000 | must("\($store), opened per 1000 calls"; "at most 1")))];

def text: . as $report | ["| | CPU us/call, lowest (median) | connections opened per 1000 calls | RSS MiB |", "|---|---|---|---|",
  (parties[] as [$key, $title] | $report.proxies[$key] // empty
    | [$title, "\(.cpuMicrosLowest | fixed(1)) (\(.cpuMicrosMedian | fixed(1)))", opened, (.rssKib / 1024 | whole)] | row),
  "", "| CPU as a share of, lowest by lowest (median by median) | Penstock, embedded store | Penstock, Redis |", "|---|---|---|",
  (peers[] as [$peer, $title] | [$title, ("embedded", "redis" | . as $store
    | $report | share("penstock_" + $store; $peer) | "\(.[0] | fixed(2)) (\(.[1] | fixed(2)))")] | row)] | lines;
