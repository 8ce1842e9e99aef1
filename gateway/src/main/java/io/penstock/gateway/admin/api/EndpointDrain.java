// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.admin.answer.Asked;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.config.dynamic.DocumentKind;
import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.config.dynamic.DocumentText;
import io.penstock.gateway.config.read.YamlNode;
import io.penstock.gateway.config.read.YamlNode.Mapping;
import io.penstock.gateway.config.read.YamlNode.Scalar;
import io.penstock.gateway.config.read.YamlNode.Sequence;
import io.penstock.gateway.dynamic.Dynamic;
import io.penstock.gateway.dynamic.Edits;
import io.penstock.gateway.dynamic.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/** Takes endpoints out of the traffic, and back: by {@code drained} of their cluster, for all nodes. */
final class EndpointDrain {
    static final String DRAINED = "drained";

    private static final int MOST_ATTEMPTS = 20;

    private final ConfigSource source;
    private final BiPredicate<String, String> endpoint;

    EndpointDrain(ConfigSource source, BiPredicate<String, String> endpoint) {
        this.source = source;
        this.endpoint = endpoint;
    }

    Reply set(Asked asked, String cluster, String address) throws IOException {
        Dynamic dynamic = source.changeable();
        boolean drained = wanted(Content.order(asked));
        for (int attempt = 1; ; attempt++) {
            try {
                return ConfigChanging.changed(
                        dynamic.change(edits(cluster, address, drained), asked.author()), false, 200);
            } catch (Refused refused) {
                if (refused.reason() != Refused.Reason.STALE || attempt == MOST_ATTEMPTS) {
                    throw refused;
                }
            }
        }
    }

    private static boolean wanted(Mapping order) {
        if (order.entries().get(DRAINED) instanceof Scalar flag
                && (flag.text().equals("true") || flag.text().equals("false"))) {
            return flag.text().equals("true");
        }
        throw AdminRefusal.invalid("drained is something else, expected true or false");
    }

    private Edits edits(String cluster, String address, boolean drained) {
        DocumentName name = new DocumentName(DocumentKind.CLUSTERS, cluster);
        Entries entries = Entries.of(source);
        Entry entry = entries.find(name).orElseThrow(() -> AdminRefusal.notFound("there is no " + name));
        Mapping tree = DocumentText.tree(entry.text())
                .orElseThrow(() -> AdminRefusal.conflict(name + " is no configuration, expected one"));
        List<YamlNode> list =
                new ArrayList<>(tree.entries().get(DRAINED) instanceof Sequence before ? before.items() : List.of());
        boolean known =
                list.removeIf(node -> node instanceof Scalar text && text.text().equals(address));
        if (!known && !endpoint.test(cluster, address)) {
            throw AdminRefusal.notFound(name + " has no endpoint " + address);
        }
        if (drained) {
            list.add(DocumentText.text(address));
        }
        Optional<Sequence> value = list.isEmpty() ? Optional.empty() : Optional.of(DocumentText.list(list));
        String text = DocumentText.of(DocumentText.with(tree, DRAINED, value));
        // what the file says needs no document
        boolean asFile = entries.ofFile(name).filter(text::equals).isPresent();
        NavigableMap<String, Optional<String>> texts = new TreeMap<>();
        texts.put(name.toString(), asFile ? Optional.empty() : Optional.of(text));
        Map<String, String> expected = Map.of(name.toString(), entry.document() ? entry.tag() : "");
        return new Edits(texts, expected, Optional.empty(), (drained ? "drain " : "enable ") + address + " of " + name);
    }
}
