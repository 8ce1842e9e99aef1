// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.admin.answer.Asked;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.config.dynamic.DocumentKind;
import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.config.dynamic.DocumentText;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.YamlNode.Mapping;
import io.penstock.gateway.dynamic.Dynamic;
import io.penstock.gateway.dynamic.Edits;
import io.penstock.gateway.dynamic.Refused;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The upstream API of dyups, an nginx module: clusters by the name of upstreams, in plain text. */
final class Dyups {
    private static final String UPSTREAM = "/upstream/";
    private static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_ATTEMPTS = 20;
    private static final String DONE = "success";

    private final ConfigSource source;
    private final ConfigChanging changing;

    Dyups(ConfigSource source, ConfigChanging changing) {
        this.source = source;
        this.changing = changing;
    }

    static boolean serves(String path) {
        return path.equals("/list") || path.equals("/detail") || path.startsWith(UPSTREAM);
    }

    Reply reply(Asked asked) throws IOException {
        try {
            if (asked.path().startsWith(UPSTREAM)) {
                DocumentName name = new DocumentName(
                        DocumentKind.CLUSTERS, ConfigApi.decoded(asked.path().substring(UPSTREAM.length())));
                return switch (asked.method()) {
                    case "GET" -> Reply.text(servers(entry(name)));
                    case "POST" -> post(asked, name);
                    case "DELETE" -> {
                        changing.remove(asked, name);
                        yield Reply.text(DONE);
                    }
                    default -> method(asked, "GET, HEAD, POST, DELETE");
                };
            }
            if (!asked.get()) {
                return method(asked, "GET, HEAD");
            }
            return Reply.text(asked.path().equals("/list") ? list() : detail());
        } catch (Refused | ConfigException | ConfigSource.DynamicOff | Problems.InUse | AdminRefusal e) {
            return plain(e);
        }
    }

    /** The same refusal without its details, since who calls reads text. */
    private static Reply plain(RuntimeException e) {
        Reply problem =
                switch (e) {
                    case Refused refused -> Problems.of(refused);
                    case ConfigException invalid -> Problems.of(invalid);
                    case ConfigSource.DynamicOff off -> Problems.of(off);
                    case Problems.InUse used -> Problems.of(used);
                    case AdminRefusal refusal -> Problems.of(refusal);
                    default -> throw e;
                };
        Reply text = Reply.text(e.getMessage() + "\n");
        return new Reply(problem.status(), text.contentType(), text.body(), problem.fields());
    }

    private static Reply method(Asked asked, String allowed) {
        return plain(new AdminRefusal(405, "the method is " + asked.method() + ", allowed are " + allowed))
                .allowing(allowed);
    }

    private String list() {
        return clusters().stream().map(entry -> entry.name().name() + "\n").collect(Collectors.joining());
    }

    private String detail() {
        return clusters().stream()
                .map(entry -> entry.name().name() + "\n" + servers(entry) + "\n")
                .collect(Collectors.joining());
    }

    private List<Entry> clusters() {
        return Entries.of(source).of(DocumentKind.CLUSTERS, "");
    }

    private Entry entry(DocumentName name) {
        return Entries.of(source)
                .find(name)
                .orElseThrow(() -> AdminRefusal.notFound("there is no upstream " + name.name()));
    }

    private static String servers(Entry entry) {
        return DocumentText.tree(entry.text()).map(UpstreamText::servers).orElse(List.of()).stream()
                .map(UpstreamServer::line)
                .collect(Collectors.joining());
    }

    private Reply post(Asked asked, DocumentName name) throws IOException {
        Dynamic dynamic = source.changeable();
        List<UpstreamServer> servers = UpstreamServer.parse(Content.text(asked, MOST_BYTES));
        for (int attempt = 1; ; attempt++) {
            Optional<Entry> before = Entries.of(source).find(name);
            Mapping tree = before.flatMap(entry -> DocumentText.tree(entry.text()))
                    .orElseGet(() -> DocumentText.keys(Map.of("name", DocumentText.text(name.name()))));
            NavigableMap<String, Optional<String>> texts = new TreeMap<>();
            texts.put(name.toString(), Optional.of(DocumentText.of(UpstreamText.cluster(tree, servers))));
            String expected = before.filter(Entry::document).map(Entry::tag).orElse("");
            try {
                dynamic.change(
                        new Edits(
                                texts, Map.of(name.toString(), expected), Optional.empty(), "upstream " + name.name()),
                        asked.author());
                return Reply.text(DONE);
            } catch (Refused refused) {
                if (refused.reason() != Refused.Reason.STALE || attempt == MOST_ATTEMPTS) {
                    throw refused;
                }
            }
        }
    }
}
