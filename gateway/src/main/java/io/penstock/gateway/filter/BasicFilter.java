// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.auth.key.Passwords;
import io.penstock.gateway.config.filter.BasicConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Identity;
import io.penstock.gateway.exchange.MemoryUse;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lets requests pass that show the name and password of a user; a password that is not known is checked on a thread of the exchange's own. */
final class BasicFilter implements Filter {
    private static final String AUTHORIZATION = "authorization";
    private static final int MOST_CHARS = 2048;

    private final String name;
    private final BasicConfig config;
    private final Passwords passwords;
    private final ShownToken shown;
    private final ClaimFields fields;
    private final Challenge challenge;

    /** What a request shows. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Pair(byte[] user, byte[] password) {}

    private interface Users {
        @Nullable
        Identity of(Pair pair);
    }

    /**
     * Reads the list of users.
     *
     * @param name of the filter
     */
    BasicFilter(String name, BasicConfig config) {
        this.name = name;
        this.config = config;
        this.passwords = new Passwords(name, config);
        this.shown = new ShownToken(AUTHORIZATION, "Basic ", Optional.empty(), Optional.empty(), config.forward());
        this.fields = new ClaimFields(config.claimFields());
        this.challenge = new Challenge("Basic realm=\"" + name + "\", charset=\"UTF-8\"");
    }

    @Override
    public Verdict request(Exchange exchange) {
        fields.clear(exchange.request());
        return decide(exchange, pair -> passwords.ready(pair.user(), pair.password()));
    }

    @Override
    public Verdict await(Exchange exchange) {
        return decide(exchange, pair -> passwords.find(pair.user(), pair.password()));
    }

    private Verdict decide(Exchange exchange, Users by) {
        String text = shown.find(exchange);
        if (text == null) {
            return stranger(exchange);
        }
        try {
            Identity identity = by.of(pair(text));
            return identity == null ? Verdict.WAIT : accept(exchange, identity);
        } catch (GatewayException e) {
            throw challenge.refused(exchange, e);
        }
    }

    private static Pair pair(String text) {
        byte[] decoded = text.length() > MOST_CHARS ? null : decoded(text);
        int colon = decoded == null ? -1 : indexOfColon(decoded);
        if (decoded == null || colon < 0) {
            throw new GatewayException(Cause.BAD_CREDENTIALS, "the user and password are malformed");
        }
        return new Pair(Arrays.copyOf(decoded, colon), Arrays.copyOfRange(decoded, colon + 1, decoded.length));
    }

    private static byte @Nullable [] decoded(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static int indexOfColon(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == ':') {
                return i;
            }
        }
        return -1;
    }

    private Verdict stranger(Exchange exchange) {
        if (config.required()) {
            throw challenge.missing(exchange, "the request has no user and password");
        }
        challenge.offer(exchange);
        return Verdict.GO_ON;
    }

    private Verdict accept(Exchange exchange, Identity identity) {
        exchange.identity(identity);
        shown.strip(exchange);
        fields.set(exchange.request(), identity);
        return Verdict.GO_ON;
    }

    @Override
    public Finding explain(Exchange copy) {
        boolean showed = shown.find(copy) != null;
        Verdict verdict = request(copy);
        if (!showed) {
            return Finding.goesOn("no user, goes on as a stranger's");
        }
        if (verdict == Verdict.WAIT) {
            copy.identity(Identity.unverified(Identity.Proof.PASSWORD, name));
            return Finding.goesOn("checks the password");
        }
        return Finding.goesOn("known user");
    }

    @Override
    public List<MemoryUse> memory(String name) {
        return List.of(passwords.memory());
    }
}
