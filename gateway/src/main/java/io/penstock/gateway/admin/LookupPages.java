// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.admin.answer.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The answers under {@code /v1/lookups}. */
final class LookupPages {
    static final String PATH = "/v1/lookups";

    private static final JsonFactory JSON = new JsonFactory();

    private final LookupsView lookups;

    LookupPages(LookupsView lookups) {
        this.lookups = lookups;
    }

    /** Names one key of one look-up. */
    record Place(String lookup, String key) {

        /** Reads {@code NAME/KEY}; the key may contain slashes, percent-encoded or not. */
        static Place of(String rawPath) {
            String rest = rawPath.substring(PATH.length() + 1);
            int slash = rest.indexOf('/');
            if (slash <= 0 || slash == rest.length() - 1) {
                throw AdminRefusal.notFound("expected " + PATH + "/NAME/KEY");
            }
            return new Place(decode(rest.substring(0, slash)), decode(rest.substring(slash + 1)));
        }
    }

    Reply names() {
        return Reply.json(200, json -> {
            json.writeArrayFieldStart("lookups");
            for (String name : lookups.names()) {
                json.writeString(name);
            }
            json.writeEndArray();
        });
    }

    Reply get(Place place) {
        String value = lookups.get(known(place), place.key())
                .orElseThrow(() -> AdminRefusal.notFound("lookup " + place.lookup() + " has no key " + place.key()));
        return entry(place, value);
    }

    Reply explain(Place place) {
        LookupsView.Explanation explanation = lookups.explain(known(place), place.key());
        return Reply.json(200, json -> {
            json.writeStringField("lookup", place.lookup());
            json.writeStringField("key", explanation.key());
            json.writeStringField("store", explanation.store());
            json.writeStringField("cache", explanation.cache());
            age(json, explanation.age());
            json.writeStringField("value", explanation.value());
            json.writeStringField("address", explanation.address());
            json.writeBooleanField("allowed", explanation.allowed());
            json.writeStringField("why", explanation.why());
        });
    }

    Reply put(Place place, byte[] body, boolean json) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        String target = json || text.startsWith("{") ? target(text) : text;
        if (target.isEmpty()) {
            throw AdminRefusal.invalid("the body is empty, expected host:port or {\"target\": \"host:port\"}");
        }
        lookups.put(known(place), place.key(), target);
        return entry(place, target);
    }

    Reply delete(Place place) {
        if (!lookups.delete(known(place), place.key())) {
            throw AdminRefusal.notFound("lookup " + place.lookup() + " has no key " + place.key());
        }
        return Reply.json(200, json -> {
            write(json, place);
            json.writeBooleanField("deleted", true);
        });
    }

    /** Decodes percent-encoding; a byte becomes one char, as in a request head. A plus stays a plus. */
    static String decode(String raw) {
        var decoded = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                decoded.append((char) octet(raw, i + 1));
                i += 2;
            } else {
                decoded.append(c);
            }
        }
        return decoded.toString();
    }

    private static int octet(String raw, int at) {
        int high = at + 1 < raw.length() ? Character.digit(raw.charAt(at), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(raw.charAt(at + 1), 16);
        if (low < 0) {
            throw AdminRefusal.invalid("the path has a % that two hexadecimal digits do not follow");
        }
        return high << 4 | low;
    }

    private String known(Place place) {
        if (!lookups.names().contains(place.lookup())) {
            throw AdminRefusal.notFound(
                    "there is no lookup " + place.lookup() + "; configured: " + String.join(", ", lookups.names()));
        }
        return place.lookup();
    }

    private static Reply entry(Place place, String target) {
        return Reply.json(200, json -> {
            write(json, place);
            json.writeStringField("target", target);
        });
    }

    private static void write(JsonGenerator json, Place place) throws IOException {
        json.writeStringField("lookup", place.lookup());
        json.writeStringField("key", place.key());
    }

    private static void age(JsonGenerator json, @Nullable Duration age) throws IOException {
        if (age == null) {
            json.writeNullField("age_ms");
        } else {
            json.writeNumberField("age_ms", age.toMillis());
        }
    }

    /** The text of {@code target} in an object that has nothing else. */
    private static String target(String body) {
        try (var json = JSON.createParser(body)) {
            boolean wellFormed = json.nextToken() == JsonToken.START_OBJECT
                    && json.nextToken() == JsonToken.FIELD_NAME
                    && json.currentName().equals("target")
                    && json.nextToken() == JsonToken.VALUE_STRING;
            String target = wellFormed ? json.getText() : "";
            if (wellFormed && json.nextToken() == JsonToken.END_OBJECT && json.nextToken() == null) {
                return target;
            }
        } catch (IOException e) {
            throw AdminRefusal.invalid("the body is not JSON, expected {\"target\": \"host:port\"}");
        }
        throw AdminRefusal.invalid("the body is another JSON text, expected {\"target\": \"host:port\"}");
    }
}
