// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.DigestConfig.Algorithm;
import io.penstock.gateway.config.filter.DigestConfig.Handling;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.PassingHalf;
import io.penstock.gateway.exchange.half.RequestHalf;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body has to be what its {@code content-digest} says. The last byte goes on only when all of it is right: where no length says
 * which one that is, one byte is kept back until another follows.
 */
final class SignedBody implements PassingHalf {
    private static final int NONE = -1;

    private final RequestHalf inner;
    private final BodyDigest digest;
    private final boolean measured;
    private int held = NONE;
    private boolean ended;

    /**
     * Begins a body.
     *
     * @param measured whether a length says which byte is the last, so that the digest finds out
     */
    SignedBody(RequestHalf inner, BodyDigest digest, boolean measured) {
        this.inner = inner;
        this.digest = digest;
        this.measured = measured;
    }

    /**
     * What the head says of its body.
     *
     * @throws GatewayException BAD_DIGEST: nothing that can be checked
     */
    static BodyDigest digest(Head head) {
        if (ContentDigest.find(head) == null) {
            throw new GatewayException(
                    Cause.BAD_DIGEST, ContentDigest.NAME + " has neither sha-256 nor sha-512, expected one of them");
        }
        return new BodyDigest(Handling.REQUIRE, Algorithm.SHA_256, head, Cause.BAD_DIGEST);
    }

    @Override
    public RequestHalf inner() {
        return inner;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        while (!ended) {
            int count = inner.read(buffer, offset, length);
            if (count > 0) {
                digest.pass(buffer, offset, count);
                int passing = measured ? count : keepBack(buffer, offset, count);
                if (passing > 0) {
                    return passing;
                }
            } else if (count == 0) {
                return 0;
            } else {
                Head unused = digest.end(null);
                ended = true;
            }
        }
        if (held == NONE) {
            return -1;
        }
        buffer[offset] = (byte) held;
        held = NONE;
        return 1;
    }

    /** Puts the byte that was kept back before these, and keeps the last one. */
    private int keepBack(byte[] buffer, int offset, int count) {
        int before = held;
        held = buffer[offset + count - 1] & 0xff;
        if (before == NONE) {
            return count - 1;
        }
        System.arraycopy(buffer, offset, buffer, offset + 1, count - 1);
        buffer[offset] = (byte) before;
        return count;
    }

    @Override
    public @Nullable Head trailers() {
        return inner.trailers();
    }

    @Override
    public boolean rewind() {
        digest.reset();
        held = NONE;
        ended = false;
        return inner.rewind();
    }
}
