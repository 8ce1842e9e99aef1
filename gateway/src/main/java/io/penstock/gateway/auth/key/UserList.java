// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.key;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A list of users with the bcrypt hashes of their passwords: a line for each, {@code NAME:HASH}, or {@code NAME:HASH:ROLE,ROLE}. */
final class UserList {
    static final int LEAST_COST = 4;
    /** Each step doubles the time, of which this takes a second. */
    static final int MOST_COST = 14;

    private static final Pattern LINE =
            Pattern.compile("([^:]+):(\\$2[aby]\\$([0-9]{2})\\$[./A-Za-z0-9]{53})(?::(.*))?");

    /** One of them. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record User(Owner owner, byte[] hash, int cost) {}

    private UserList() {}

    /**
     * Reads a list; empty lines and those that begin with {@code #} say nothing.
     *
     * @throws IOException a line is malformed; the message names it and holds nothing of it
     */
    static Map<String, User> read(String text) throws IOException {
        Map<String, User> users = new HashMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String trimmed = line.strip();
            if (!trimmed.isEmpty() && !trimmed.startsWith("#")) {
                User user = user(trimmed, number);
                if (users.put(user.owner().name(), user) != null) {
                    throw new IOException("line " + number + " has the user of an earlier line, expected each once");
                }
            }
        }
        if (users.isEmpty()) {
            throw new IOException("it has no users, expected lines of NAME:HASH, as htpasswd -B writes them");
        }
        return users;
    }

    private static User user(String line, int number) throws IOException {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IOException(
                    "line " + number + " is malformed, expected NAME:HASH with bcrypt, as htpasswd -B writes it");
        }
        int cost = Integer.parseInt(matcher.group(3));
        if (cost < LEAST_COST || cost > MOST_COST) {
            throw new IOException("line " + number + " has a bcrypt cost of " + cost + ", expected " + LEAST_COST
                    + " to " + MOST_COST);
        }
        List<String> roles = matcher.group(4) == null ? List.of() : Owner.roles(matcher.group(4));
        return new User(new Owner(matcher.group(1), roles), matcher.group(2).getBytes(StandardCharsets.US_ASCII), cost);
    }
}
