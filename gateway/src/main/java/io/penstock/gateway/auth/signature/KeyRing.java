// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import io.penstock.gateway.config.filter.SignatureKeyConfig;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.Secret;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Identity;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The keys of a filter, by their ids. Immutable. */
final class KeyRing {
    private final Map<String, Timed> keys = new HashMap<>();

    /** A key and when it is good. */
    record Timed(SigningKey key, SignatureKeyConfig config) {

        /**
         * Makes sure that it is good now.
         *
         * @throws GatewayException CREDENTIALS_EXPIRED
         */
        void check(Instant now) {
            if (config.notBefore().filter(now::isBefore).isPresent()) {
                throw new GatewayException(Cause.CREDENTIALS_EXPIRED, "the key is not good yet");
            }
            if (config.notAfter().filter(now::isAfter).isPresent()) {
                throw new GatewayException(Cause.CREDENTIALS_EXPIRED, "the key is good no more");
            }
        }
    }

    /**
     * Reads them.
     *
     * @param filter whose name identities get
     */
    KeyRing(String filter, List<SignatureKeyConfig> configs) {
        for (SignatureKeyConfig config : configs) {
            try {
                keys.put(config.id(), new Timed(key(config, owner(filter, config)), config));
            } catch (IOException e) {
                throw Check.failed(config.publicKey().map(Secret::origin).orElse(""), String.valueOf(e.getMessage()));
            }
        }
    }

    /** Tells of each source that holds no key, by its place below the filter. */
    static void check(List<SignatureKeyConfig> configs, BiConsumer<String, String> wrong) {
        for (int i = 0; i < configs.size(); i++) {
            SignatureKeyConfig config = configs.get(i);
            try {
                SigningKey unused = key(config, owner("", config));
            } catch (IOException e) {
                wrong.accept(
                        "keys[" + i + "].public-key",
                        config.publicKey().map(Secret::origin).orElse("") + " " + e.getMessage());
            }
        }
    }

    private static SigningKey key(SignatureKeyConfig config, Identity owner) throws IOException {
        return config.secret().isPresent()
                ? SigningKey.shared(config.secret().get().bytes(), owner)
                : SigningKey.published(config.publicKey().map(Secret::text).orElse(""), owner);
    }

    private static Identity owner(String filter, SignatureKeyConfig config) {
        return Identity.of(
                config.subject(),
                Identity.Proof.SIGNATURE,
                filter,
                config.roles().isEmpty()
                        ? Map.of("keyid", List.of(config.id()))
                        : Map.of("keyid", List.of(config.id()), Identity.ROLES, config.roles()));
    }

    @Nullable
    Timed find(@Nullable String id) {
        return id == null ? null : keys.get(id);
    }
}
