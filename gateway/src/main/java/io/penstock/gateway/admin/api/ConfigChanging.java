// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.admin.answer.Asked;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.config.dynamic.DocumentText;
import io.penstock.gateway.config.read.Problem;
import io.penstock.gateway.config.read.YamlNode;
import io.penstock.gateway.dynamic.Dynamic;
import io.penstock.gateway.dynamic.Edits;
import io.penstock.gateway.dynamic.Refused;
import io.penstock.gateway.store.document.DocumentChange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Changes that requests want. */
final class ConfigChanging {
    private static final int MOST_ATTEMPTS = 20;

    private final ConfigSource source;

    ConfigChanging(ConfigSource source) {
        this.source = source;
    }

    Reply put(Asked asked, DocumentName name) throws IOException {
        Dynamic dynamic = source.changeable();
        DocumentText.Language language = Content.language(asked);
        String text = DocumentText.entry(name, Content.text(asked, Content.MOST_BYTES), language);
        Optional<Entry> before = Entries.of(source).find(name);
        Map<String, String> expected = Expectation.of(asked, name.toString(), before);
        Edits edits = new Edits(one(name, Optional.of(text)), expected, Optional.empty(), "put " + name);
        return change(dynamic, edits, asked, before.isEmpty() ? 201 : 200).with("ETag", '"' + Dynamic.tag(text) + '"');
    }

    private static NavigableMap<String, Optional<String>> one(DocumentName name, Optional<String> text) {
        NavigableMap<String, Optional<String>> texts = new TreeMap<>();
        texts.put(name.toString(), text);
        return texts;
    }

    Reply delete(Asked asked, DocumentName name) {
        return changed(remove(asked, name), asked.flag("dry-run"), 200);
    }

    /**
     * Removes a document.
     *
     * @throws Problems.InUse it is used
     */
    DocumentChange remove(Asked asked, DocumentName name) {
        Dynamic dynamic = source.changeable();
        Entries entries = Entries.of(source);
        Entry entry = entries.find(name).orElseThrow(() -> AdminRefusal.notFound("there is no document " + name));
        if (!entry.document()) {
            throw AdminRefusal.conflict(name + " is an entry of the file, expected to remove it there");
        }
        Map<String, String> expected = Expectation.of(asked, name.toString(), Optional.of(entry));
        Edits edits = new Edits(one(name, Optional.empty()), expected, Optional.empty(), "delete " + name);
        try {
            return asked.flag("dry-run")
                    ? dynamic.preview(edits, asked.author())
                    : dynamic.change(edits, asked.author());
        } catch (Refused refused) {
            List<String> users = refused.problems().stream()
                    .map(Problem::path)
                    .map(path -> entries.about(path).map(DocumentName::toString).orElse(path))
                    .distinct()
                    .toList();
            if (users.isEmpty()) {
                throw refused;
            }
            throw new Problems.InUse(
                    name + " is used by " + String.join(", ", users) + ", expected to change them first", refused);
        }
    }

    /** Makes all documents of the body, and with {@code prune} removes all others. */
    Reply apply(Asked asked) throws IOException {
        Dynamic dynamic = source.changeable();
        DocumentText.Language language = Content.language(asked);
        NavigableMap<DocumentName, String> all = DocumentText.all(Content.text(asked, Content.MOST_BYTES), language);
        boolean prune = asked.flag("prune");
        for (int attempt = 1; ; attempt++) {
            String revision = dynamic.revision().toString();
            Optional<String> expected = Expectation.revision(asked, revision);
            NavigableMap<String, Optional<String>> texts = new TreeMap<>();
            if (prune) {
                dynamic.documents().keySet().forEach(name -> texts.put(name, Optional.empty()));
            }
            all.forEach((name, text) -> texts.put(name.toString(), Optional.of(text)));
            // what is removed is what was seen: somebody else's new document is none of it
            Optional<String> at = prune ? Optional.of(revision) : expected;
            try {
                return change(dynamic, new Edits(texts, Map.of(), at, "apply"), asked, 200);
            } catch (Refused refused) {
                boolean again = refused.reason() == Refused.Reason.STALE && expected.isEmpty();
                if (!again || attempt == MOST_ATTEMPTS) {
                    throw refused;
                }
            }
        }
    }

    Reply undo(Asked asked) throws IOException {
        Dynamic dynamic = source.changeable();
        Optional<Long> number = Optional.ofNullable(
                        Content.order(asked).entries().get("number"))
                .map(node -> {
                    if (node instanceof YamlNode.Scalar scalar && scalar.text().matches("[1-9][0-9]{0,17}")) {
                        return Long.parseLong(scalar.text());
                    }
                    throw AdminRefusal.invalid("number is something else, expected that of a change, such as 17");
                });
        return changed(dynamic.undo(number, asked.author()), false, 200);
    }

    /** What is to become of a store that was emptied, restored or replaced. */
    Reply store(Asked asked) throws IOException {
        Dynamic dynamic = source.changeable();
        String action = Content.order(asked).entries().get("action") instanceof YamlNode.Scalar text ? text.text() : "";
        switch (action) {
            case "accept" -> dynamic.accept(asked.author());
            case "restore" -> dynamic.restore(asked.author());
            default -> throw AdminRefusal.invalid("action is something else, expected accept or restore");
        }
        return Reply.json(200, json -> {
            json.writeStringField("revision", source.revision());
            json.writeStringField("action", action);
        });
    }

    private static Reply change(Dynamic dynamic, Edits edits, Asked asked, int status) {
        boolean dry = asked.flag("dry-run");
        DocumentChange change = dry ? dynamic.preview(edits, asked.author()) : dynamic.change(edits, asked.author());
        return changed(change, dry, status);
    }

    static Reply changed(DocumentChange change, boolean dry, int status) {
        boolean any = !change.edits().isEmpty();
        return Reply.json(dry || !any ? 200 : status, json -> {
            json.writeStringField("revision", change.revision().toString());
            json.writeBooleanField("changed", any);
            json.writeBooleanField("dryRun", dry);
            ConfigReading.edits(json, change.edits());
        });
    }
}
