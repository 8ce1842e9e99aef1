// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.Problem;
import io.penstock.gateway.dynamic.Refused;
import java.util.List;

/** Turns what is refused into problem details (RFC 9457). */
final class Problems {
    private static final String RETRY_AFTER_SECONDS = "5";

    private Problems() {}

    static Reply of(Refused refused) {
        String detail = String.valueOf(refused.getMessage());
        return switch (refused.reason()) {
            case INVALID -> reply(422, "invalid", "The configuration would be wrong", detail, refused.problems());
            case STALE -> reply(412, "stale", "Somebody else has changed it", detail, List.of());
            case UNKNOWN -> reply(404, "unknown", "There is no such thing", detail, List.of());
            case CONFLICT -> reply(409, "conflict", "Something else does not allow it", detail, List.of());
            case STORE_LOST -> reply(409, "store-lost", "The store lost what it held", detail, List.of());
            case STORE_AWAY ->
                reply(503, "store-away", "The store does not answer", detail, List.of())
                        .with("Retry-After", RETRY_AFTER_SECONDS);
        };
    }

    static Reply of(ConfigException invalid) {
        return reply(
                422,
                "invalid",
                "The configuration would be wrong",
                String.valueOf(invalid.getMessage()),
                invalid.problems());
    }

    static Reply of(ConfigSource.DynamicOff off) {
        return reply(409, "dynamic-off", "Nothing changes here", String.valueOf(off.getMessage()), List.of());
    }

    static Reply of(InUse used) {
        return reply(409, "in-use", "Something uses it", String.valueOf(used.getMessage()), List.of());
    }

    static Reply of(AdminRefusal refusal) {
        return reply(refusal.status(), "", "Refused", String.valueOf(refusal.getMessage()), List.of());
    }

    private static Reply reply(int status, String slug, String title, String detail, List<Problem> problems) {
        return Reply.problem(status, slug, title, detail, json -> {
            json.writeArrayFieldStart("problems");
            for (Problem problem : problems) {
                json.writeStartObject();
                json.writeStringField("path", problem.path());
                json.writeStringField("found", problem.found());
                json.writeStringField("verdict", problem.verdict());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** What was to be removed is used. */
    static final class InUse extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InUse(String message, Throwable cause) {
            super(message, cause, false, false);
        }
    }
}
