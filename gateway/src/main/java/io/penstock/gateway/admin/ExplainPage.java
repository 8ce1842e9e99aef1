// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.explain.Explanation;
import io.penstock.gateway.explain.Question;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Explains a request that nobody sent: {@code {"method": "GET", "url": "http://example.com/", "fields": ["NAME: VALUE"], "peer": "127.0.0.1",
 * "listener": "main"}}, of which only {@code url} is needed.
 */
final class ExplainPage {
    static final String PATH = "/v1/explain";
    static final int MAX_BODY_BYTES = 32 * 1024;

    private static final JsonFactory JSON = new JsonFactory();

    private final Function<Question, Explanation> explain;

    ExplainPage(Function<Question, Explanation> explain) {
        this.explain = explain;
    }

    Reply answer(byte[] body) throws IOException {
        try {
            byte[] json = explain.apply(question(body)).json();
            return new Reply(200, "application/json", json, Map.of());
        } catch (Question.Wrong e) {
            return wrong(e.part(), String.valueOf(e.getMessage()));
        } catch (JsonProcessingException e) {
            return wrong("", "the body is not JSON: " + e.getOriginalMessage());
        }
    }

    private static Reply wrong(String path, String verdict) {
        return Reply.problem(422, "invalid", "The question cannot be answered", verdict, json -> {
            json.writeArrayFieldStart("problems");
            json.writeStartObject();
            json.writeStringField("path", path);
            json.writeStringField("verdict", verdict);
            json.writeEndObject();
            json.writeEndArray();
        });
    }

    private static Question question(byte[] body) throws IOException {
        String method = "GET";
        String url = "";
        String peer = "127.0.0.1";
        String listener = "";
        List<String> fields = List.of();
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new AdminRefusal(400, "the body is not a JSON object, expected {\"method\": ..., \"url\": ...}");
            }
            for (String key = next(json); key != null; key = next(json)) {
                switch (key) {
                    case "method" -> method = text(json, key);
                    case "url" -> url = text(json, key);
                    case "peer" -> peer = text(json, key);
                    case "listener" -> listener = text(json, key);
                    case "fields" -> fields = texts(json, key);
                    default ->
                        throw new AdminRefusal(
                                400, "unknown key " + key + ", expected method, url, fields, peer or listener");
                }
            }
        }
        return new Question(method, url, fields, peer, Optional.of(listener).filter(name -> !name.isEmpty()));
    }

    /** The next key, its value being the current token; null at the end. */
    private static @Nullable String next(JsonParser json) throws IOException {
        String key = json.nextFieldName();
        if (key != null) {
            json.nextToken();
        }
        return key;
    }

    private static String text(JsonParser json, String key) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new AdminRefusal(400, key + " is not a string");
        }
        return json.getText();
    }

    private static List<String> texts(JsonParser json, String key) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new AdminRefusal(400, key + " is not a list of strings");
        }
        List<String> texts = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            texts.add(text(json, key));
        }
        return texts;
    }
}
