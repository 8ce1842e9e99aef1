// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

/**
 * What becomes of paths that two servers could read in two ways. The form that comes out is matched, seen by the filters and sent on;
 * the query is left alone.
 *
 * @param dotSegments {@code reject}, {@code normalise} or {@code pass}, default {@code normalise}; segments {@code .} and {@code ..}, also
 *     written {@code %2e}; a path that climbs above its root is refused
 * @param repeatedSlashes the same, default {@code pass}; two or more slashes in a row; normalised to one
 * @param encodedSlashes the same, default {@code pass}; {@code %2F}; normalised to a slash
 * @param backslashes the same, default {@code reject}; also written {@code %5C}; normalised to a slash
 * @param encodedNul {@code reject} or {@code pass}, default {@code reject}; {@code %00}
 */
public record PathConfig(
        Treatment dotSegments,
        Treatment repeatedSlashes,
        Treatment encodedSlashes,
        Treatment backslashes,
        Treatment encodedNul) {

    /** {@code reject}, {@code normalise} or {@code pass}. */
    public enum Treatment {
        REJECT,
        NORMALISE,
        PASS
    }

    public PathConfig {
        new Check()
                .that(
                        "encoded-nul",
                        encodedNul != Treatment.NORMALISE,
                        "normalise",
                        "is not possible, expected reject or pass")
                .done();
    }

    static PathConfig from(ConfigNode node) {
        return new PathConfig(
                node.choice("dot-segments", Treatment.NORMALISE),
                node.choice("repeated-slashes", Treatment.PASS),
                node.choice("encoded-slashes", Treatment.PASS),
                node.choice("backslashes", Treatment.REJECT),
                node.choice("encoded-nul", Treatment.REJECT));
    }
}
