// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.listener;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.List;

/**
 * What happens to request paths that others could read in another way. The form that comes of it is the one that is matched, shown to the
 * filters and forwarded; queries are left alone, but for bytes outside of ASCII.
 *
 * @param dotSegments {@code reject}, {@code normalise} or {@code pass}, default {@code normalise}; {@code /./} and {@code /../}, encoded
 *     or not; what would lead above the root is rejected
 * @param doubleSlash {@code reject}, {@code normalise} or {@code pass}, default {@code pass}; empty segments, which are removed
 * @param encodedSlash {@code reject}, {@code normalise} or {@code pass}, default {@code pass}; {@code %2F}, which becomes a slash; where
 *     it hides a dot segment it is rejected unless those pass, too
 * @param backslash {@code reject}, {@code normalise} or {@code pass}, default {@code reject}; a backslash or {@code %5C}, which becomes a
 *     slash
 * @param encodedNul {@code reject} or {@code pass}, default {@code reject}; {@code %00}
 * @param nonAscii {@code reject}, {@code encode} or {@code pass}, default {@code reject}; bytes above 0x7f, in the query, too
 */
public record PathPolicyConfig(
        Treatment dotSegments,
        Treatment doubleSlash,
        Treatment encodedSlash,
        Treatment backslash,
        Treatment encodedNul,
        NonAscii nonAscii) {

    /** What happens to one kind of ambiguity. */
    public enum Treatment {
        /** The request is refused. */
        REJECT,
        /** It is rewritten to the form that is not ambiguous. */
        NORMALISE,
        /** It stays as it came. */
        PASS
    }

    /** What happens to bytes that no URI has (RFC 3986 §2). */
    public enum NonAscii {
        /** The request is refused. */
        REJECT,
        /** Each byte is percent-encoded. */
        ENCODE,
        /** They stay as they came. */
        PASS
    }

    public PathPolicyConfig {
        new Check()
                .that(
                        "encoded-nul",
                        encodedNul != Treatment.NORMALISE,
                        "normalise",
                        "is not valid, expected one of " + List.of("reject", "pass"))
                .done();
    }

    static PathPolicyConfig from(ConfigNode node) {
        return new PathPolicyConfig(
                node.choice("dot-segments", Treatment.NORMALISE),
                node.choice("double-slash", Treatment.PASS),
                node.choice("encoded-slash", Treatment.PASS),
                node.choice("backslash", Treatment.REJECT),
                node.choice("encoded-nul", Treatment.REJECT),
                node.choice("non-ascii", NonAscii.REJECT));
    }
}
