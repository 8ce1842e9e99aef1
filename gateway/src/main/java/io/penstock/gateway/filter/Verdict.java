// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Head;

/** What a {@link Filter} has decided about a request. To refuse it is no verdict: that is thrown. */
public sealed interface Verdict {
    /** The next filter's turn, or the target's. */
    Verdict GO_ON = Plain.GO_ON;

    /** It has to ask somebody: {@link Filter#await} is called next, on a thread that may block. */
    Verdict WAIT = Plain.WAIT;

    /** Those that say nothing more. */
    enum Plain implements Verdict {
        GO_ON,
        WAIT
    }

    /** The gateway's own answer; nothing further down runs. */
    final class Answer implements Verdict {
        private static final byte[] NOTHING = {};

        private final Head head;
        private final byte[] body;

        /**
         * Makes an answer for one exchange.
         *
         * @param head a final one, with its {@code content-length}; whoever sends it may change it
         * @param body not changed by anybody from here on
         */
        public Answer(Head head, byte[] body) {
            this.head = head;
            this.body = body;
        }

        /** An answer that is a head alone. */
        public static Answer of(Head head) {
            return new Answer(head, NOTHING);
        }

        public Head head() {
            return head;
        }

        public byte[] body() {
            return body;
        }
    }
}
