// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.admin.answer.Asked;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.config.dynamic.DocumentText;
import io.penstock.gateway.config.dynamic.DocumentText.Language;
import io.penstock.gateway.config.read.YamlNode.Mapping;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** In which language a request speaks, and in which it wants its answer. */
final class Content {
    /** Of a request's body. */
    static final int MOST_BYTES = 8 * 1024 * 1024;

    private static final int MOST_SMALL_BYTES = 4_096;

    private Content() {}

    /**
     * The language of the body. Types that a web page's form can send are none.
     *
     * @throws AdminRefusal 415
     */
    static Language language(Asked asked) {
        String type = asked.field().apply("content-type").orElse("");
        int end = type.indexOf(';');
        String plain = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return switch (plain) {
            case "application/json", "application/merge-patch+json" -> Language.JSON;
            case "application/yaml", "application/x-yaml" -> Language.YAML;
            default ->
                throw new AdminRefusal(
                        415,
                        "the content type is " + (plain.isEmpty() ? "missing" : plain)
                                + ", expected application/json or application/yaml");
        };
    }

    static String text(Asked asked, int most) throws IOException {
        byte[] bytes = asked.body().read(most);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw AdminRefusal.invalid("the body is not UTF-8");
        }
    }

    /** A small object with what is to be done; an empty body is an empty one. */
    static Mapping order(Asked asked) throws IOException {
        Language language = language(asked);
        String text = text(asked, MOST_SMALL_BYTES);
        if (text.isBlank()) {
            return DocumentText.keys(Map.of());
        }
        return DocumentText.order(text, language);
    }

    /** The answer as YAML, if that is what the request wants. */
    static Reply as(Asked asked, Reply reply) {
        boolean yaml = asked.field()
                .apply("accept")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .contains("yaml");
        if (!yaml || reply.status() != 200 || !reply.contentType().equals("application/json")) {
            return reply;
        }
        byte[] body = DocumentText.yaml(reply.text()).getBytes(StandardCharsets.UTF_8);
        return new Reply(200, "application/yaml", body, reply.fields());
    }
}
