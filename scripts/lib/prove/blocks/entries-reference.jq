# SPDX-License-Identifier: Apache-2.0
def text: .entries
  | "With keys as long as a UUID \(.entries | whole) entries take \(.caches[0].mib) MiB (\(.caches[0].targets) targets) to \(.caches[1].mib) MiB (a target for each).";
