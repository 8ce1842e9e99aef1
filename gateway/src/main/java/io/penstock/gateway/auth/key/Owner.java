// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.key;

import io.penstock.gateway.exchange.Identity;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whose a key is.
 *
 * @param name of the owner
 * @param roles in the order of the list
 */
record Owner(String name, List<String> roles) {

    /** Reads {@code NAME} or {@code NAME ROLE,ROLE}; null when it is neither. */
    static @Nullable Owner parse(String text) {
        String[] words = text.strip().split("\\s+", -1);
        if (words.length > 2 || words[0].isEmpty()) {
            return null;
        }
        return new Owner(words[0], words.length == 1 ? List.of() : roles(words[1]));
    }

    /** Reads roles with commas between them. */
    static List<String> roles(String text) {
        return Arrays.stream(text.split(",", -1))
                .filter(role -> !role.isEmpty())
                .toList();
    }

    Identity identity(Identity.Proof proof, String filter) {
        return Identity.of(name, proof, filter, roles.isEmpty() ? Map.of() : Map.of(Identity.ROLES, roles));
    }
}
