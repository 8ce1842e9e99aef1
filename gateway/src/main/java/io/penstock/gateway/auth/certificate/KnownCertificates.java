// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.certificate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.penstock.gateway.auth.Digest;
import io.penstock.gateway.exchange.Identity;
import io.penstock.gateway.exchange.MemoryUse;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * Whom certificates name, worked out once for each connection: for as long as its certificate lives, and for a bounded number of them. Safe
 * for use by any thread.
 */
public final class KnownCertificates {
    private static final int MOST = 100_000;

    private final String filter;
    /** By the object itself, which a connection has for its whole life. */
    private final Cache<X509Certificate, Known> known = Caffeine.newBuilder()
            .weakKeys()
            .maximumSize(MOST)
            .executor(Runnable::run)
            .build();

    /**
     * One that was looked at.
     *
     * @param field its value in {@code client-cert}
     */
    public record Known(Identity identity, String field) {}

    /** Knows none; identities get the name of this filter. */
    public KnownCertificates(String filter) {
        this.filter = filter;
    }

    /** What the certificate says. */
    public Known of(X509Certificate certificate) {
        return known.get(certificate, this::read);
    }

    private Known read(X509Certificate certificate) {
        Map<String, List<String>> claims = new LinkedHashMap<>();
        claims.put("cn", commonNames(certificate.getSubjectX500Principal()));
        names(certificate, claims);
        claims.put("issuer", List.of(certificate.getIssuerX500Principal().getName()));
        claims.put("serial", List.of(certificate.getSerialNumber().toString(16)));
        claims.put("fingerprint", List.of(Digest.of(encoded(certificate)).hex()));
        claims.values().removeIf(List::isEmpty);
        return new Known(
                Identity.of(
                        certificate.getSubjectX500Principal().getName(), Identity.Proof.CERTIFICATE, filter, claims),
                field(certificate));
    }

    private static List<String> commonNames(X500Principal subject) {
        List<String> names = new ArrayList<>();
        try {
            for (Rdn part : new LdapName(subject.getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name) {
                    names.add(name);
                }
            }
        } catch (InvalidNameException e) {
            return List.of(); // a name that LDAP does not know is still the subject
        }
        return names;
    }

    /** The subject's alternative names (RFC 5280 §4.2.1.6). */
    private static void names(X509Certificate certificate, Map<String, List<String>> claims) {
        try {
            var all = certificate.getSubjectAlternativeNames();
            if (all == null) {
                return;
            }
            for (List<?> name : all) {
                String kind =
                        switch (name.getFirst()) {
                            case Integer i when i == 1 -> "email";
                            case Integer i when i == 2 -> "dns";
                            case Integer i when i == 6 -> "uri";
                            case Integer i when i == 7 -> "ip";
                            default -> "";
                        };
                if (!kind.isEmpty() && name.get(1) instanceof String text) {
                    claims.computeIfAbsent(kind, k -> new ArrayList<>()).add(text);
                }
            }
        } catch (CertificateParsingException e) {
            claims.keySet().removeAll(List.of("email", "dns", "uri", "ip")); // none rather than some
        }
    }

    /** A byte sequence of structured fields (RFC 9440 §2.1). */
    public static String field(X509Certificate certificate) {
        return ":" + Base64.getEncoder().encodeToString(encoded(certificate)) + ":";
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was received has an encoding", e);
        }
    }

    /** How many are known. */
    public MemoryUse memory() {
        return new MemoryUse("filter", filter, MemoryUse.Unit.ENTRIES, known.estimatedSize(), MOST, 0);
    }
}
