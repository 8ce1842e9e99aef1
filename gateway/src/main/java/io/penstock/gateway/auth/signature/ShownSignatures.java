// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import java.util.List;

/** What a request shows that may be a signature by a known key. Immutable; of one request. */
public final class ShownSignatures {
    private final SignedRequest request;
    private final List<Candidate> candidates;

    /** A signature, and the key that it names. */
    record Candidate(MessageSignature signature, KeyRing.Timed key) {}

    ShownSignatures(SignedRequest request, List<Candidate> candidates) {
        this.request = request;
        this.candidates = List.copyOf(candidates);
    }

    SignedRequest request() {
        return request;
    }

    /** One or more, in the order of the request. */
    List<Candidate> candidates() {
        return candidates;
    }

    /** Whether they are verified in so short a time that a reader or an event loop may do it. */
    public boolean quick() {
        return candidates.stream().allMatch(one -> one.key().key().algorithm() == SigningKey.Algorithm.HMAC_SHA256);
    }
}
