// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.listener;

import io.penstock.gateway.config.read.ConfigNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Certificate chain and private key, both PEM files; a relative path begins at the working folder.
 *
 * <p>That the files exist and fit is found out when the listener is built.
 *
 * @param certificate the chain, leaf first; required
 * @param key PKCS#8, not encrypted; required
 * @param clientCertificate what clients have to show; absent
 */
public record TlsConfig(Path certificate, Path key, Optional<ClientCertificateConfig> clientCertificate) {

    static TlsConfig from(ConfigNode node) {
        return new TlsConfig(
                node.path("certificate"),
                node.path("key"),
                node.optionalChild("client-certificate", ClientCertificateConfig::from));
    }
}
