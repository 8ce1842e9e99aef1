// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth;

import io.penstock.gateway.auth.key.ApiKeys;
import io.penstock.gateway.auth.key.Passwords;
import io.penstock.gateway.auth.signature.SignatureVerifier;
import io.penstock.gateway.auth.token.TokenVerifier;
import io.penstock.gateway.config.filter.ApiKeyConfig;
import io.penstock.gateway.config.filter.BasicConfig;
import io.penstock.gateway.config.filter.FilterConfig;
import io.penstock.gateway.config.filter.JwtConfig;
import io.penstock.gateway.config.filter.SignatureConfig;
import java.util.function.BiConsumer;

/** Looks at what filters would read keys and users from, without using it. */
public final class CredentialFiles {
    private CredentialFiles() {}

    /** Tells of each source that a filter could not use, by its key below the filter. */
    public static void check(FilterConfig policy, BiConsumer<String, String> wrong) {
        if (policy instanceof JwtConfig jwt) {
            TokenVerifier.check(jwt, (key, what) -> wrong.accept("jwt." + key, what));
        } else if (policy instanceof ApiKeyConfig keys) {
            ApiKeys.check(keys, (key, what) -> wrong.accept("api-key." + key, what));
        } else if (policy instanceof BasicConfig users) {
            Passwords.check(users, (key, what) -> wrong.accept("basic." + key, what));
        } else if (policy instanceof SignatureConfig signature) {
            SignatureVerifier.check(signature, (key, what) -> wrong.accept("signature." + key, what));
        }
    }
}
