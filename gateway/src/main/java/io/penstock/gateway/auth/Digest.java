// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of a text, under which something is kept in the place of the text itself, which is a secret.
 *
 * @param a the first eight bytes, and so on
 */
public record Digest(long a, long b, long c, long d) {

    /** Of a text of ISO-8859-1 characters, as those are that came over a wire. */
    public static Digest of(String text) {
        return of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Of these bytes. */
    public static Digest of(byte[] bytes) {
        try {
            ByteBuffer hash =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
            return new Digest(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The digest that this text says in 64 hexadecimal digits of either case. */
    public static Digest parse(String hex) {
        ByteBuffer hash = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        return new Digest(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    }

    /** In 64 hexadecimal digits, lower case. */
    public String hex() {
        ByteBuffer hash =
                ByteBuffer.allocate(32).putLong(a).putLong(b).putLong(c).putLong(d);
        return HexFormat.of().formatHex(hash.array());
    }
}
