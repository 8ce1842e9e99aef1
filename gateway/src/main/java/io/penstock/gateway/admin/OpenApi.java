// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.penstock.gateway.admin.answer.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The description of this listener (OpenAPI 3.1), a resource of the program. */
final class OpenApi {
    private static final String RESOURCE = "openapi.json";

    private OpenApi() {}

    static Reply document() throws IOException {
        try (InputStream in = OpenApi.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("the program has no " + RESOURCE);
            }
            return new Reply(200, "application/json", in.readAllBytes(), Map.of());
        }
    }
}
