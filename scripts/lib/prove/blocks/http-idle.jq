# SPDX-License-Identifier: Apache-2.0
def figures: .proxies | [(.penstock.kibEach | compared("KiB each, Penstock")), (.nginx.kibEach | shown("KiB each, nginx")),
  (.haproxy.kibEach | shown("KiB each, HAProxy"))];

def text: .proxies | "KiB of RSS that each connection adds: \(.nginx.kibEach | fixed(1)) with nginx, \(.haproxy.kibEach | fixed(1)) with HAProxy, \(.penstock.kibEach | fixed(1)) with Penstock.";
