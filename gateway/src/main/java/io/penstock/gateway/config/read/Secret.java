// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Bytes that nobody is shown: a key, a password, or a file of them. It comes from an environment variable or a file, never from the
 * configuration's own text, and its own text says nothing.
 *
 * <p>Two are equal when their bytes are: a reload sees that a file has another content.
 */
public final class Secret {
    /** The largest, which is a file of keys or users. */
    public static final int MOST_BYTES = 16 * 1024 * 1024;

    static final String FILE = "file:";

    private final byte[] bytes;
    private final String origin;

    private Secret(byte[] bytes, String origin) {
        this.bytes = bytes;
        this.origin = origin;
    }

    /**
     * These bytes.
     *
     * @param origin where they come from, for texts
     */
    public static Secret of(byte[] bytes, String origin) {
        return new Secret(bytes.clone(), origin);
    }

    /**
     * What is in the file, without the end of its last line.
     *
     * @throws IOException when it cannot be read or is too long; the message names the file
     */
    public static Secret read(Path file) throws IOException {
        byte[] read;
        try (InputStream in = Files.newInputStream(file)) {
            read = in.readNBytes(MOST_BYTES + 1);
        } catch (IOException e) {
            throw FileFailure.of(file, e);
        }
        if (read.length > MOST_BYTES) {
            throw new IOException(file + " is larger than " + Units.sizeText(MOST_BYTES));
        }
        int end = read.length;
        if (end > 0 && read[end - 1] == '\n') {
            end -= end > 1 && read[end - 2] == '\r' ? 2 : 1;
        }
        return new Secret(Arrays.copyOf(read, end), FILE + file);
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    /** The bytes as UTF-8. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Where it comes from: {@code file:PATH}, or which variable. */
    public String origin() {
        return origin;
    }

    /** In a time that does not tell how much is the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret
                && origin.equals(secret.origin)
                && MessageDigest.isEqual(bytes, secret.bytes);
    }

    @Override
    public int hashCode() {
        return origin.hashCode();
    }

    @Override
    public String toString() {
        return "secret of " + origin;
    }
}
