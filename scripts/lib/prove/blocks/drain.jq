# SPDX-License-Identifier: Apache-2.0
def total(f): [.callers[] | f] | add;
def plain: [.callers[] | select(.kind | test("websocket"; "i") | not)];

def figures: [(total(.failed) | must("requests failed"; "same")), (.exit_code | must("exit code"; "same")),
  (.exit_ms / 1000 | compared("s to exit")), (total(.requests) | shown("requests")), (total(.draining) | shown("requests after SIGTERM"))];

def text: [
  "\(total(.requests) | whole) requests, \(total(.draining) | whole) of them (\([plain[].draining] | add | whole) without the WebSockets' messages) ended after SIGTERM,",
  "\(total(.failed) | if . == 0 then "none" else whole end) failed; exit after \(.exit_ms / 1000 | fixed(1)) s, of which the WebSockets went on for 2."] | lines;
