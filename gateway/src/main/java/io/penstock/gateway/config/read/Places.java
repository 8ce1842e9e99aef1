// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.util.Map;

/** Where each value of a configuration stands in its file, for what is found wrong with it after it was read. Immutable. */
public final class Places {
    private final String source;
    private final Map<String, YamlNode> nodes;

    Places(String source, Map<String, YamlNode> nodes) {
        this.source = source;
        this.nodes = Map.copyOf(nodes);
    }

    /** {@code file:line:column} of the value at this path, or of what it would be in when it is absent. */
    public String of(String path) {
        String at = path;
        while (!nodes.containsKey(at) && !at.isEmpty()) {
            at = at.substring(0, Math.max(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('['))));
        }
        YamlNode node = nodes.get(at);
        return node == null ? source : source + ":" + node.line() + ":" + node.column();
    }
}
