# SPDX-License-Identifier: Apache-2.0
def figures: [(.stalls | compared("stalls")), (.corrupt | compared("wrong echoes")),
  (.open_streams_after | compared("open upstream streams after")),
  (.heap_mib_after | shown("MiB of heap after")), (.heap_mib_before | shown("MiB of heap before")),
  (.messages | shown("messages")), (.bytes / 1048576 | shown("MiB echoed"))];

def text: [
  "\(.seconds | whole) s: \(.opened | whole) streams opened, \(.peak | whole) at once at most, \(.finished | whole) finished, \(.cancelled | whole) cancelled on purpose;",
  "\(.messages | whole) messages of \(.bytes / 1048576 | floor | whole) MiB together, every byte checked; \(.stalls) stalls; heap after a collection",
  "\(.heap_mib_before) MiB before and \(.heap_mib_after) MiB after; open upstream streams \(.open_streams_before) before and \(.open_streams_after) after."] | lines;
