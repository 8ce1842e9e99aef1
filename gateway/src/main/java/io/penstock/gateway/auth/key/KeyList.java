// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.key;

import io.penstock.gateway.auth.Digest;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** A list of keys' hashes with their owners: a line for each, {@code SHA-256 NAME ROLE,ROLE}. */
final class KeyList {
    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");

    private KeyList() {}

    /**
     * Reads a list; empty lines and those that begin with {@code #} say nothing.
     *
     * @throws IOException a line is malformed; the message names it and holds nothing of it
     */
    static Map<Digest, Owner> read(String text) throws IOException {
        Map<Digest, Owner> keys = new HashMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String trimmed = line.strip();
            if (!trimmed.isEmpty() && !trimmed.startsWith("#")) {
                String[] parts = trimmed.split("\\s+", 2);
                Owner owner = parts.length < 2 ? null : Owner.parse(parts[1]);
                if (owner == null || !HASH.matcher(parts[0]).matches()) {
                    throw new IOException(
                            "line " + number
                                    + " is malformed, expected the SHA-256 of a key in 64 hexadecimal digits, an owner, and roles with commas");
                }
                if (keys.put(Digest.parse(parts[0]), owner) != null) {
                    throw new IOException("line " + number + " has the key of an earlier line, expected each once");
                }
            }
        }
        return keys;
    }
}
