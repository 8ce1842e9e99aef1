// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.side;

import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import java.time.Duration;

/** Sends requests of the gateway's own to one place. Two that are equal ask the same place. */
public interface Asker {

    /**
     * Blocks until the answer is there.
     *
     * @param request without a body; changed on its way
     * @param mostBytes of the answer's body; what is more is left out
     * @param timeout for all attempts together
     * @throws GatewayException there is no answer
     */
    Reply ask(Head request, int mostBytes, Duration timeout);

    /**
     * What was answered.
     *
     * @param body not changed by anybody
     * @param whole whether nothing of the body was left out
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Reply(Head head, byte[] body, boolean whole) {}
}
