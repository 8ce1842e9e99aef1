// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.upstream;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS to an upstream. Its certificate is verified, and that it is for the name of the endpoint.
 *
 * @param ca PEM, the authorities that are trusted; absent trusts those of the JDK
 * @param serverName what SNI says and the certificate must be for; absent is the endpoint's own name or address
 * @param verify default true; false accepts every certificate: the connection is encrypted, and nobody knows with whom
 * @param certificate PEM, our own chain, leaf first, for upstreams that ask for one; only together with the key
 * @param key PEM, PKCS#8, not encrypted
 */
public record UpstreamTlsConfig(
        Optional<Path> ca,
        Optional<String> serverName,
        boolean verify,
        Optional<Path> certificate,
        Optional<Path> key) {

    public UpstreamTlsConfig {
        Check check = new Check()
                .that(
                        "key",
                        certificate.isPresent() == key.isPresent(),
                        "",
                        "and certificate need each other, expected both or neither")
                .that(
                        "ca",
                        verify || ca.isEmpty(),
                        "",
                        "has no meaning without verify, expected verify: true or no ca");
        serverName.ifPresent(name -> check.host("server-name", name));
        check.done();
    }

    static UpstreamTlsConfig from(ConfigNode node) {
        return new UpstreamTlsConfig(
                node.optionalPath("ca"),
                node.optionalText("server-name"),
                node.flag("verify", true),
                node.optionalPath("certificate"),
                node.optionalPath("key"));
    }
}
