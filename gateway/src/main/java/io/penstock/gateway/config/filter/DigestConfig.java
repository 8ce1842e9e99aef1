// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.ConfigNode;

/**
 * What happens to the {@code content-digest} of bodies (RFC 9530); at least one of the two does something.
 *
 * @param request default nothing
 * @param response default nothing
 * @param algorithm which is made, default {@code sha-256}; both are checked
 */
public record DigestConfig(Handling request, Handling response, Algorithm algorithm) implements FilterConfig {

    /** What happens on one side. */
    public enum Handling {
        /** Nothing. */
        NONE,
        /** One that is there must be right. */
        CHECK,
        /** There must be one, and it must be right. */
        REQUIRE,
        /** A body without one gets it, in its trailers. */
        ADD
    }

    /** How a digest is made. */
    public enum Algorithm {
        SHA_256("sha-256", "SHA-256"),
        SHA_512("sha-512", "SHA-512");

        private final String wire;
        private final String jdk;

        Algorithm(String wire, String jdk) {
            this.wire = wire;
            this.jdk = jdk;
        }

        /** Its name in the field. */
        public String wire() {
            return wire;
        }

        /** Its name for the JDK. */
        public String jdk() {
            return jdk;
        }
    }

    static DigestConfig from(ConfigNode node) {
        DigestConfig read = new DigestConfig(
                node.choice("request", Handling.NONE),
                node.choice("response", Handling.NONE),
                node.choice("algorithm", Algorithm.SHA_256));
        if (read.request == Handling.NONE && read.response == Handling.NONE) {
            node.problem("request", "is none, and so is response, expected check, require or add for one of them");
        }
        return read;
    }
}
