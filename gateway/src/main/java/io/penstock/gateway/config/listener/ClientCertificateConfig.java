// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.listener;

import io.penstock.gateway.config.read.ConfigNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Certificates that clients show in the TLS handshake.
 *
 * @param authorities PEM, who has to have signed them; required
 * @param mode whether a client without one is refused, default it is
 * @param crl PEM or DER, the lists of their authorities of what was taken back, each of which is in force; absent
 */
public record ClientCertificateConfig(Path authorities, Mode mode, Optional<Path> crl) {

    /** Whether there has to be one. */
    public enum Mode {
        /** The handshake fails without one. */
        REQUIRED,
        /** A client may have none; a wrong one fails the handshake all the same. */
        OPTIONAL
    }

    static ClientCertificateConfig from(ConfigNode node) {
        return new ClientCertificateConfig(
                node.path("authorities"), node.choice("mode", Mode.REQUIRED), node.optionalPath("crl"));
    }
}
