// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.auth.certificate.KnownCertificates;
import io.penstock.gateway.auth.certificate.KnownCertificates.Known;
import io.penstock.gateway.config.filter.MtlsConfig;
import io.penstock.gateway.config.filter.MtlsConfig.Forward;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.MemoryUse;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Lets requests pass whose connection has a client's certificate, which the listener has verified in the handshake. Never waits. There is no
 * {@code www-authenticate}: no scheme says "a certificate".
 */
final class MtlsFilter implements Filter {
    private static final String CERTIFICATE = "client-cert";
    private static final String CHAIN = "client-cert-chain";
    /** Upstreams refuse heads that are too long. */
    private static final int MOST_CHAIN_CHARS = 16 * 1024;

    private final MtlsConfig config;
    private final KnownCertificates certificates;
    private final ClaimFields fields;

    /** Knows no certificate. */
    MtlsFilter(String name, MtlsConfig config) {
        this.config = config;
        this.certificates = new KnownCertificates(name);
        this.fields = new ClaimFields(config.claimFields());
    }

    @Override
    public Verdict request(Exchange exchange) {
        Head request = exchange.request();
        request.remove(CERTIFICATE);
        request.remove(CHAIN);
        fields.clear(request);
        List<X509Certificate> shown = exchange.peer().certificates();
        if (shown.isEmpty()) {
            if (config.required()) {
                throw new GatewayException(Cause.CREDENTIALS_MISSING, "the connection has no client certificate");
            }
            return Verdict.GO_ON;
        }
        accept(exchange, shown);
        return Verdict.GO_ON;
    }

    private void accept(Exchange exchange, List<X509Certificate> shown) {
        checkTimes(shown.getFirst());
        Known known = certificates.of(shown.getFirst());
        exchange.identity(known.identity());
        fields.set(exchange.request(), known.identity());
        if (config.forward() != Forward.NONE) {
            exchange.request().add(CERTIFICATE, known.field());
        }
        if (config.forward() == Forward.CHAIN && shown.size() > 1) {
            String chain = String.join(
                    ", ",
                    shown.subList(1, shown.size()).stream()
                            .map(KnownCertificates::field)
                            .toList());
            if (chain.length() <= MOST_CHAIN_CHARS) {
                exchange.request().add(CHAIN, chain);
            }
        }
    }

    /** A connection may outlive the certificate that it began with. */
    private static void checkTimes(X509Certificate certificate) {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            throw new GatewayException(Cause.CREDENTIALS_EXPIRED, "the client certificate is not valid now", e);
        }
    }

    @Override
    public Finding explain(Exchange copy) {
        Verdict unused = request(copy);
        return Finding.goesOn(
                copy.peer().certificates().isEmpty()
                        ? "no client certificate, goes on as a stranger's"
                        : "knows the client certificate");
    }

    @Override
    public List<MemoryUse> memory(String name) {
        return List.of(certificates.memory());
    }
}
