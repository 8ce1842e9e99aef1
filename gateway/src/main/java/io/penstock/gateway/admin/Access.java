// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.config.AdminTokenConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who calls the admin listener, by a bearer token (RFC 6750), and what they may do. On loopback a request needs none; one that has a token is
 * judged by it.
 */
final class Access {
    /** Whoever is on this machine. */
    static final String LOCAL = "local";

    private static final String SCHEME = "Bearer ";

    private final List<AdminTokenConfig> tokens;
    private final boolean loopback;

    Access(List<AdminTokenConfig> tokens, boolean loopback) {
        this.tokens = tokens;
        this.loopback = loopback;
    }

    /**
     * The name of who calls.
     *
     * @throws AdminRefusal 401 or 403
     */
    String caller(String method, String path, @Nullable String authorization) {
        if (authorization == null) {
            if (loopback || CallerCheck.open(path) || PageFiles.serves(path)) {
                return LOCAL;
            }
            throw new AdminRefusal(
                    401, "the request has no token, expected Authorization: Bearer and one of admin.tokens");
        }
        AdminTokenConfig token = token(authorization);
        if (token.role() != AdminTokenConfig.Role.WRITE
                && CallerCheck.changes(method)
                && !path.equals(ExplainPage.PATH)) {
            throw new AdminRefusal(403, "token " + token.name() + " may read only, expected one with role: write");
        }
        return token.name();
    }

    /** Looks at all of them, in a time that does not tell how much of one is right. */
    private AdminTokenConfig token(String authorization) {
        boolean bearer = authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        byte[] shown = authorization
                .substring(bearer ? SCHEME.length() : authorization.length())
                .strip()
                .getBytes(StandardCharsets.UTF_8);
        AdminTokenConfig found = null;
        for (AdminTokenConfig token : tokens) {
            if (MessageDigest.isEqual(token.token().bytes(), shown)) {
                found = token;
            }
        }
        if (found == null) {
            throw new AdminRefusal(401, "the token is none of admin.tokens");
        }
        return found;
    }
}
