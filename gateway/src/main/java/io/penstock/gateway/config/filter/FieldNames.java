// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Names of request fields that filters may read and set. */
final class FieldNames {
    static final Pattern NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,256}");
    private static final List<String> FRAMING = List.of(
            "connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade");

    private FieldNames() {}

    /** In lower case, as fields of heads are. */
    static void check(Check check, String key, String name) {
        check.that(
                key,
                NAME.matcher(name).matches() && !FRAMING.contains(name),
                Check.quoted(name),
                "is not a field that can be set, expected another name, in lower case");
    }

    /** Request fields with the claims that they are set to. */
    static void checkClaims(Check check, Map<String, String> claimFields) {
        claimFields.forEach((field, claim) -> {
            check(check, "claim-fields", field);
            check.that(
                    "claim-fields",
                    RequiredClaim.NAME.matcher(claim).matches(),
                    Check.quoted(claim),
                    "is not a claim's name, expected one for field " + field);
        });
    }
}
