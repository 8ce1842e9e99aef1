// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/** Reads JSON of strangers: of little depth, with no name twice (RFC 7515 §4), and with nothing behind it. */
final class BoundedJson {
    /** How deep objects and lists may be nested. */
    static final int MOST_DEPTH = 16;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_DEPTH)
                    .maxNumberLength(64)
                    .maxNameLength(1024)
                    .build())
            .build();

    /** Reads the members of the outermost object. */
    interface Members {
        /** The parser is at the name of a member, and has to be at the end of its value afterwards. */
        void read(JsonParser parser) throws IOException;
    }

    private BoundedJson() {}

    /**
     * Reads one object.
     *
     * @throws IOException it is none, or breaks a bound; the message may hold what was read, and is for nobody
     */
    static void object(byte[] bytes, Members members) throws IOException {
        try (JsonParser parser = JSON.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                members.read(parser);
            }
            if (parser.nextToken() != null) {
                throw new IOException("something follows the object");
            }
        }
    }

    /** Makes sure that the bytes are one object within the bounds. */
    static void check(byte[] bytes) throws IOException {
        object(bytes, parser -> {
            parser.nextToken();
            parser.skipChildren();
        });
    }
}
