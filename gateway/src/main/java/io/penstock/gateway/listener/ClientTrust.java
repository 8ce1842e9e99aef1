// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ClientCertificateConfig;
import io.penstock.gateway.config.read.FileFailure;
import io.penstock.gateway.config.read.Pem;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whose certificates clients may show: those of our own authorities, and none that their lists have taken back. With a list, each certificate
 * of a chain has to be covered by one that is in force (RFC 5280 §6.3): an authority whose list is missing or out of date has no clients.
 */
final class ClientTrust {
    private ClientTrust() {}

    /** Tells of each file that cannot be used, by its key; whether there is none. */
    static boolean check(ClientCertificateConfig config, BiConsumer<String, String> wrong) {
        boolean fine = true;
        try {
            Set<TrustAnchor> unused = anchors(config.authorities());
        } catch (IOException | GeneralSecurityException e) {
            wrong.accept("client-certificate.authorities", String.valueOf(e.getMessage()));
            fine = false;
        }
        if (config.crl().isPresent()) {
            try {
                Collection<? extends CRL> unused = lists(config.crl().get());
            } catch (IOException | GeneralSecurityException e) {
                wrong.accept("client-certificate.crl", String.valueOf(e.getMessage()));
                fine = false;
            }
        }
        return fine;
    }

    /**
     * What verifies clients.
     *
     * @throws IOException a file cannot be read
     */
    static TrustManager[] of(ClientCertificateConfig config) throws IOException, GeneralSecurityException {
        PKIXBuilderParameters parameters =
                new PKIXBuilderParameters(anchors(config.authorities()), new X509CertSelector());
        parameters.setRevocationEnabled(config.crl().isPresent());
        if (config.crl().isPresent()) {
            parameters.addCertStore(CertStore.getInstance(
                    "Collection",
                    new CollectionCertStoreParameters(lists(config.crl().get()))));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return factory.getTrustManagers();
    }

    private static Set<TrustAnchor> anchors(Path file) throws IOException, GeneralSecurityException {
        Set<TrustAnchor> anchors = new HashSet<>();
        for (Certificate one : Pem.certificates(file)) {
            if (one instanceof X509Certificate certificate) {
                anchors.add(new TrustAnchor(certificate, null));
            }
        }
        return anchors;
    }

    private static Collection<? extends CRL> lists(Path file) throws IOException, GeneralSecurityException {
        Collection<? extends CRL> lists;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            lists = CertificateFactory.getInstance("X.509").generateCRLs(in);
        } catch (IOException e) {
            throw FileFailure.of(file, e);
        } catch (CRLException e) {
            throw new CRLException(file + " holds a broken list, expected CRLs in PEM or DER", e);
        }
        if (lists.isEmpty()) {
            throw new CRLException(file + " holds no list, expected CRLs in PEM or DER");
        }
        return lists;
    }
}
