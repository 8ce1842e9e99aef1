# SPDX-License-Identifier: Apache-2.0
def figures: [(.median_ms | compared("ms to ready, median")), (.min_ms | shown("ms to ready, fastest")), (.max_ms | shown("ms to ready, slowest"))];

def text: "\(.starts) starts: \(.min_ms / 1000 | fixed(2)) to \(.max_ms / 1000 | fixed(2)) s, median \(.median_ms / 1000 | fixed(2)).";
