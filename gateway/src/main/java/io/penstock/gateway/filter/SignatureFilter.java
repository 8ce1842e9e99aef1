// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.auth.Nonces;
import io.penstock.gateway.auth.signature.ShownSignatures;
import io.penstock.gateway.auth.signature.SignatureVerifier;
import io.penstock.gateway.auth.signature.VerifiedSignature;
import io.penstock.gateway.config.filter.SignatureConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.store.Store;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;

/**
 * Lets requests pass that are signed by a known key. One that is signed with a shared secret, and whose nonce is remembered here, is decided where
 * it arrives; any other on a thread of the exchange's own. A body is held against its signed digest as it streams past.
 */
final class SignatureFilter implements Filter {
    private final SignatureConfig config;
    private final SignatureVerifier verifier;
    private Nonces nonces; // settled before the start
    private final ClaimFields fields;
    private final Challenge challenge;

    /**
     * Reads the keys.
     *
     * @param name of the filter
     * @param stores finds the store, by its name
     */
    SignatureFilter(String name, SignatureConfig config, Function<String, Store> stores) {
        this.config = config;
        this.verifier = new SignatureVerifier(name, config, InstantSource.system());
        this.nonces = new Nonces(name, config, config.store().map(stores).orElse(null));
        this.fields = new ClaimFields(config.claimFields());
        this.challenge = new Challenge(
                "Signature realm=\"" + name + "\"",
                exchange -> List.of(Field.of("accept-signature", verifier.wanted(exchange, body(exchange)))));
    }

    /** No request of before is good once more because a key was added. */
    @Override
    public void inherit(Filter before) {
        if (before instanceof SignatureFilter other) {
            nonces = nonces.remembering(other.nonces);
        }
    }

    @Override
    public Verdict request(Exchange exchange) {
        fields.clear(exchange.request());
        return decide(exchange, false);
    }

    @Override
    public Verdict await(Exchange exchange) {
        return decide(exchange, true);
    }

    private Verdict decide(Exchange exchange, boolean mayWait) {
        try {
            ShownSignatures shown = verifier.find(exchange);
            if (shown != null && !mayWait && !(shown.quick() && nonces.local())) {
                return Verdict.WAIT;
            }
            if (shown != null) {
                accept(exchange, verifier.verify(shown, body(exchange)));
                return Verdict.GO_ON;
            }
        } catch (GatewayException e) {
            throw challenge.refused(exchange, e);
        }
        return stranger(exchange);
    }

    private Verdict stranger(Exchange exchange) {
        if (config.required()) {
            throw challenge.missing(exchange, "the request has no signature");
        }
        challenge.offer(exchange);
        return Verdict.GO_ON;
    }

    /** Whether there is a body, or may be one; those of upgraded exchanges are left alone. */
    private static boolean body(Exchange exchange) {
        return !exchange.request().has(":protocol") && !exchange.downstream().bodiless();
    }

    private void accept(Exchange exchange, VerifiedSignature verified) {
        if (verified.coversBody()) {
            expectBody(exchange);
        }
        verified.nonce().ifPresent(nonce -> nonces.take(verified.keyId(), nonce));
        identify(exchange, verified);
    }

    private static void expectBody(Exchange exchange) {
        BodyDigest digest = SignedBody.digest(exchange.request());
        if (body(exchange)) {
            boolean measured = exchange.request().has("content-length");
            exchange.decorate(half -> new SignedBody(half, digest, measured));
        } else {
            Head unused = digest.end(null); // somebody may have taken the body away
        }
    }

    private void identify(Exchange exchange, VerifiedSignature verified) {
        exchange.identity(verified.owner());
        fields.set(exchange.request(), verified.owner());
    }

    @Override
    public Finding explain(Exchange copy) {
        fields.clear(copy.request());
        ShownSignatures shown = verifier.find(copy);
        if (shown == null) {
            Verdict unused = stranger(copy);
            return Finding.goesOn("no signature, goes on as a stranger's");
        }
        VerifiedSignature verified = verifier.verify(shown, body(copy));
        String nonce = verified.nonce()
                .map(one -> ", " + nonces.look(verified.keyId(), one))
                .orElse("");
        identify(copy, verified);
        return Finding.goesOn("signed by key " + verified.keyId() + nonce
                + (verified.coversBody() ? ", checks the body's digest" : ""));
    }

    @Override
    public List<MemoryUse> memory(String name) {
        return nonces.memory();
    }
}
