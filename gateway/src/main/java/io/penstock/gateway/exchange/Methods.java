// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is known of the request methods (RFC 9110 §9.2); they are case-sensitive. */
public final class Methods {
    /** They ask for no change (§9.2.1). */
    public static final List<String> SAFE = List.of("GET", "HEAD", "OPTIONS", "TRACE");

    /** Several identical requests have the effect of one (§9.2.2). */
    public static final List<String> IDEMPOTENT =
            Stream.concat(SAFE.stream(), Stream.of("PUT", "DELETE")).toList();

    private Methods() {}

    /** Whether a request may be made again without harm when nobody knows whether it was processed; not so of an absent method. */
    public static boolean idempotent(@Nullable String method) {
        return method != null && IDEMPOTENT.contains(method);
    }
}
