# SPDX-License-Identifier: Apache-2.0
# The README's table: Penstock by each of the others, of the medians.
def shares(f; $ours; $theirs): . as $proxies | [$theirs[] as $peer | if $peer == null or $proxies[$peer] == null then "-"
  else ratio($proxies[$ours] | f; $proxies[$peer] | f) | fixed(2) end];

def text: . as $of | ["| Penstock : the other | nginx | HAProxy | Spring Cloud Gateway | nginx + Lua + Redis |", "|---|---|---|---|---|",
  (["processor time of a gRPC call (embedded store)"]
    + ($of.grpc.proxies | shares(.cpuMicrosMedian; "penstock_embedded"; ["nginx_static", "haproxy", null, "lua_tuned"])) | row),
  (["processor time of a gRPC call (Redis)"]
    + ($of.grpc.proxies | shares(.cpuMicrosMedian; "penstock_redis"; ["nginx_static", "haproxy", null, "lua_tuned"])) | row),
  (["processor time of an HTTP/1.1 request"]
    + ($of.http.proxies | shares(.cpuMicrosMedian; "penstock"; ["nginx", "haproxy", "spring", null])) | row),
  (["processor time of a byte of a large download"]
    + ($of["http-large"].proxies | shares(1 / .downMbPerCpuSecond; "penstock"; ["nginx", "haproxy", null, null])) | row),
  (["processor time of a byte of a large upload"]
    + ($of["http-large"].proxies | shares(1 / .upMbPerCpuSecond; "penstock"; ["nginx", "haproxy", null, null])) | row),
  (["p99 added at half of what each can"]
    + ($of["http-latency"].proxies | shares(.own.addedP99; "penstock"; ["nginx", "haproxy", "spring", null])) | row),
  (["p99 added where all get the same rate"]
    + ($of["http-latency"].proxies | shares(.same.addedP99; "penstock"; ["nginx", "haproxy", "spring", null])) | row),
  (["memory of the process, HTTP/1.1"]
    + ($of.http.proxies | shares(.rssKib; "penstock"; ["nginx", "haproxy", "spring", null])) | row),
  (["memory of an idle connection"]
    + ($of["http-idle"].proxies | shares(.kibEach; "penstock"; ["nginx", "haproxy", null, null])) | row)] | lines;
