// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the PEM files that a configuration names. Every failure says which file is wrong, where, and what was expected in it. */
public final class Pem {
    private static final Pattern KEY = Pattern.compile("-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY-----");
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final Pattern CERTIFICATE = Pattern.compile("(?m)^-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private Pem() {}

    /**
     * The certificates of a file, one or more, in its order.
     *
     * @throws IOException when the file cannot be read
     * @throws CertificateException when it holds none, or one that is broken
     */
    public static List<Certificate> certificates(Path file) throws IOException, CertificateException {
        String pem = text(file);
        List<Certificate> all = new ArrayList<>();
        Matcher begin = CERTIFICATE.matcher(pem);
        for (boolean more = begin.find(); more; ) {
            int from = begin.start();
            more = begin.find();
            all.add(certificate(file, pem, from, more ? begin.start() : pem.length()));
        }
        if (all.isEmpty()) {
            throw new CertificateException(file + " holds no certificate, expected PEM");
        }
        return all;
    }

    private static Certificate certificate(Path file, String pem, int from, int to) throws CertificateException {
        byte[] bytes = pem.substring(from, to).getBytes(StandardCharsets.ISO_8859_1);
        try {
            return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
        } catch (CertificateException e) {
            long line =
                    1 + pem.substring(0, from).chars().filter(c -> c == '\n').count();
            throw new CertificateException(
                    file + " holds a broken certificate that begins in line " + line + ", expected PEM", e);
        }
    }

    /**
     * The private key of a file, of PKCS#8 and not encrypted.
     *
     * @throws IOException when the file cannot be read
     * @throws KeyException when it holds none, one of another form, or a broken one
     */
    public static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String pem = text(file);
        Matcher block = PRIVATE_KEY.matcher(pem);
        if (!block.find()) {
            throw new KeyException(file + other(file, pem));
        }
        byte[] der = Base64.getMimeDecoder().decode(block.group(1));
        for (String algorithm : ALGORITHMS) {
            PrivateKey key = key(algorithm, der);
            if (key != null) {
                return key;
            }
        }
        throw new KeyException(file + " holds a broken key, expected one of " + ALGORITHMS);
    }

    private static @Nullable PrivateKey key(String algorithm, byte[] der) throws NoSuchAlgorithmException {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
            return null; // of another kind, or of none
        }
    }

    /** What is there in place of the key that was expected, and the command that turns it into that. */
    private static String other(Path file, String pem) {
        Matcher found = KEY.matcher(pem);
        String expected = ", expected PEM with PKCS#8 that is not encrypted";
        if (!found.find() || found.group(1).isEmpty()) {
            return " holds no PRIVATE KEY" + expected;
        }
        String form =
                switch (found.group(1)) {
                    case "RSA " -> " (PKCS#1)";
                    case "EC " -> " (SEC1)";
                    default -> "";
                };
        return " holds " + (found.group(1).matches("[AEIR].*") ? "an " : "a ") + found.group(1) + "PRIVATE KEY" + form
                + expected + ": openssl pkcs8 -topk8 -nocrypt -in " + file + " -out NEW-FILE makes it";
    }

    /** Latin-1: what is around the blocks may be anything. */
    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw FileFailure.of(file, e);
        }
    }
}
