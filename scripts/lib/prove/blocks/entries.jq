# SPDX-License-Identifier: Apache-2.0
def figures: .entries as $entries
  | [.caches[] | (if .targets == $entries then "a target for each" else "\(.targets) targets" end) as $which
    | .mib | compared("MiB of heap, " + $which)];

def text: [
  "\(.entries | whole) entries, with keys as long as a UUID, take \(.caches[0].mib) MiB of heap with \(.caches[0].targets) different targets",
  "and \(.caches[1].mib) MiB where each has its own; the limit counts at least 512 bytes for each."] | lines;
