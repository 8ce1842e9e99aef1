// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.permission;

import io.penstock.gateway.exchange.Identity;
import java.util.List;

/**
 * Finds what a caller may do in claims. What is granted covers the same text; one that ends in {@code :*} covers everything that begins with what
 * is before the star, and a star alone covers everything. Immutable; takes nothing out of the texts that it looks at.
 */
final class Grants {
    private final List<String> scopes;
    private final List<String> roles;

    /**
     * Looks in these.
     *
     * @param scopes claims whose texts are permissions with blanks between them
     * @param roles claims whose values are one permission each
     */
    Grants(List<String> scopes, List<String> roles) {
        this.scopes = scopes;
        this.roles = roles;
    }

    boolean any(Identity identity, List<String> needed) {
        for (int i = 0; i < needed.size(); i++) {
            if (has(identity, needed.get(i))) {
                return true;
            }
        }
        return false;
    }

    boolean all(Identity identity, List<String> needed) {
        for (int i = 0; i < needed.size(); i++) {
            if (!has(identity, needed.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean has(Identity identity, String needed) {
        for (int i = 0; i < scopes.size(); i++) {
            for (String text : identity.values(scopes.get(i))) {
                if (word(text, needed)) {
                    return true;
                }
            }
        }
        for (int i = 0; i < roles.size(); i++) {
            for (String role : identity.values(roles.get(i))) {
                if (covers(role, 0, role.length(), needed)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean word(String text, String needed) {
        for (int from = 0; from < text.length(); ) {
            int blank = text.indexOf(' ', from);
            int end = blank < 0 ? text.length() : blank;
            if (covers(text, from, end, needed)) {
                return true;
            }
            from = end + 1;
        }
        return false;
    }

    private static boolean covers(String text, int from, int end, String needed) {
        int length = end - from;
        if (length > 0 && text.charAt(end - 1) == '*' && (length == 1 || text.charAt(end - 2) == ':')) {
            return needed.regionMatches(0, text, from, length - 1);
        }
        return length == needed.length() && needed.regionMatches(0, text, from, length);
    }
}
