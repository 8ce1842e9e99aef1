// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import io.penstock.gateway.exchange.Identity;

/** A token that has passed the check, with what can end that. Immutable but for its key, which may go out of use. */
public final class VerifiedToken {
    private final Identity identity;
    private final VerificationKey key;
    private final long notBefore;
    private final long expires;

    VerifiedToken(Identity identity, VerificationKey key, long notBefore, long expires) {
        this.identity = identity;
        this.key = key;
        this.notBefore = notBefore;
        this.expires = expires;
    }

    /** Who shows it, and what it says. */
    public Identity identity() {
        return identity;
    }

    /** Whether its issuer still has the key. */
    boolean current() {
        return !key.gone();
    }

    /** Milliseconds of the epoch. */
    long notBefore() {
        return notBefore;
    }

    /** Milliseconds of the epoch. */
    long expires() {
        return expires;
    }
}
