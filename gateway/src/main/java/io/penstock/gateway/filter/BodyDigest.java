// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.DigestConfig.Algorithm;
import io.penstock.gateway.config.filter.DigestConfig.Handling;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * The digest of one body that streams through: made, or held against what its head or its trailers say. What turns out to be wrong ends
 * before the last byte of the body, or its end, has gone on. For one thread.
 */
final class BodyDigest {
    private final Handling handling;
    private final Cause wrong;
    private final MessageDigest digest;
    private final Algorithm algorithm;
    private final @Nullable ContentDigest expected;
    private final long declared;
    private long length;

    /**
     * Begins a body.
     *
     * @param algorithm of a digest that is made, or that only the trailers may say
     * @param head the body's; one that promises a digest in its trailers loses its length, which would say too early that it is whole
     * @param wrong how an exchange ends whose digest is wrong or missing
     */
    BodyDigest(Handling handling, Algorithm algorithm, Head head, Cause wrong) {
        this.handling = handling;
        this.wrong = wrong;
        this.expected = ContentDigest.find(head);
        this.algorithm = expected == null ? algorithm : expected.algorithm();
        this.digest = digest(this.algorithm);
        if (expected == null && ContentDigest.announced(head)) {
            head.remove("content-length");
        }
        this.declared = length(head);
    }

    private static MessageDigest digest(Algorithm algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.jdk());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm.jdk(), e);
        }
    }

    private static long length(Head head) {
        String declared = head.value("content-length");
        return declared == null || declared.length() > 18 ? -1 : Long.parseLong(declared);
    }

    /**
     * Takes bytes of the body that are about to go on.
     *
     * @throws GatewayException they are the last ones, and not what was expected
     */
    void pass(byte[] bytes, int offset, int count) {
        digest.update(bytes, offset, count);
        length += count;
        if (length == declared && expected != null && handling != Handling.ADD) {
            check(expected);
        }
    }

    /**
     * The body is complete.
     *
     * @return its trailers, with the digest if it is to be added
     * @throws GatewayException it is not what was expected, or nothing says what it should be
     */
    @Nullable
    Head end(@Nullable Head trailers) {
        if (handling == Handling.ADD) {
            return (trailers == null ? new Head() : trailers).set(made().field());
        }
        ContentDigest said = expected == null && trailers != null ? ContentDigest.find(trailers) : expected;
        if (said != null && said.algorithm() == algorithm) {
            if (length != declared || length == 0 || expected == null) { // otherwise it was checked with the last byte
                check(said);
            }
        } else if (handling == Handling.REQUIRE && length > 0) {
            throw new GatewayException(wrong, "no " + ContentDigest.NAME + " by " + algorithm.wire());
        }
        return trailers;
    }

    /** The digest of what has passed. */
    ContentDigest made() {
        return ContentDigest.of(algorithm, digest.digest());
    }

    private void check(ContentDigest said) {
        ContentDigest found = made();
        if (!said.equals(found)) {
            throw new GatewayException(
                    wrong,
                    "the body's " + algorithm.wire() + " is " + found.base64() + ", its field says " + said.base64());
        }
    }

    /** The body begins again. */
    void reset() {
        digest.reset();
        length = 0;
    }
}
