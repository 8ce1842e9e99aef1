# SPDX-License-Identifier: Apache-2.0
# The command itself fails where a p99 is above 50 ms; so does the tolerance.
def effects: [
  ["cancel_ms", "RST_STREAM of the caller to the upstream", "cancel"],
  ["set_ms", "answer of Redis to `SET`, to the first answer from the new target", "SET"],
  ["upload_ms", "a byte of a request's body to the upstream, HTTP/1.1 to HTTP/1.1", "byte up, h1"],
  ["download_ms", "a byte of a response's body to the client, HTTP/1.1 to HTTP/1.1", "byte down, h1"],
  ["h2_upload_ms", "the same up, HTTP/2 to HTTP/1.1", "byte up, h2"],
  ["h2_download_ms", "the same down, HTTP/2 to HTTP/1.1", "byte down, h2"]];

def figures: . as $report | [effects[] as [$key, $sentence, $short]
  | ($report[$key].p99 | compared("\($short), ms, p99")), ($report[$key].p50 | shown("\($short), ms, p50"))];

def text: . as $report | ["| ms, of \(.cancel_ms.n) each | p50 | p90 | p99 | max |", "|---|---|---|---|---|",
  (effects[] as [$key, $sentence, $short] | [$sentence] + [$report[$key] | .p50, .p90, .p99, .max | fixed(1)] | row)] | lines;
