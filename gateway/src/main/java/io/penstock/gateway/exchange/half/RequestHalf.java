// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.half;

import org.jspecify.annotations.Nullable;

/** The downstream's half: brings the request, and can bring its body again as long as it is held. */
public interface RequestHalf extends Half {

    /**
     * Goes back to the beginning of the request's body, for another attempt.
     *
     * @return false when a part of it is held no more
     */
    boolean rewind();

    /** Holds no more of the request than is on its way: the response has begun, or there will be no other attempt. */
    void release();

    /** Sets which attempt is under way: it is aborted when the exchange is refused from another thread or the downstream goes away. */
    void running(@Nullable RunningAttempt attempt);
}
