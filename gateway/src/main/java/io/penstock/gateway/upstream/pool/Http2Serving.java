// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.http2.UpstreamConnection;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The connections of an HTTP/2 pool that take streams, in the order in which they are tried.
 *
 * <p>Changed under the lock of the pool; looked at, and tried, without it.
 */
final class Http2Serving {

    private static final class One {
        final UpstreamConnection connection;
        final Saturation saturation = new Saturation();
        volatile boolean saturated;
        /** Under the pool's lock: it is being retired, as one idle connection too many. */
        boolean surplus;

        One(UpstreamConnection connection) {
            this.connection = connection;
        }
    }

    private interface Placing {
        boolean on(UpstreamConnection connection, boolean onlyOne);
    }

    private final boolean single;
    private volatile One[] now = {};

    /**
     * Has no connection.
     *
     * @param most connections that the pool may have
     */
    Http2Serving(int most) {
        this.single = most == 1;
    }

    int size() {
        return now.length;
    }

    /** Under the lock. */
    void add(UpstreamConnection connection) {
        One[] more = Arrays.copyOf(now, now.length + 1);
        more[now.length] = new One(connection);
        now = more;
    }

    /** Under the lock. */
    void remove(UpstreamConnection connection) {
        now = Arrays.stream(now).filter(one -> one.connection != connection).toArray(One[]::new);
    }

    /** Whether one that was idle for long is being asked by PING. */
    boolean checking() {
        return Arrays.stream(now).anyMatch(one -> one.connection.checking());
    }

    // ---- placing ----

    /** Opens a stream for it on the first that has one free; false when none has. */
    boolean place(Exchange exchange) {
        return onAny((connection, onlyOne) -> connection.open(exchange, onlyOne));
    }

    /** The same in blocking style. */
    @Nullable
    Half openHalf(Exchange exchange) {
        Half[] opened = {null};
        onAny((connection, onlyOne) -> (opened[0] = connection.openHalf(exchange)) != null);
        return opened[0];
    }

    /** Tries one connection after the other, those that are saturated last. */
    private boolean onAny(Placing placing) {
        One[] tried = now;
        boolean onlyOne = single && tried.length == 1;
        boolean passedBy = false;
        for (One one : tried) {
            if (one.saturated) {
                passedBy = true;
            } else if (placing.on(one.connection, onlyOne)) {
                return true;
            }
        }
        return passedBy && onSaturated(tried, placing, onlyOne);
    }

    private static boolean onSaturated(One[] tried, Placing placing, boolean onlyOne) {
        for (One one : tried) {
            if (one.saturated && placing.on(one.connection, onlyOne)) {
                return true;
            }
        }
        return false;
    }

    // ---- how many are needed ----

    /** Under the lock: whether this one is idle and one more than so many are; said once of each. */
    boolean surplus(UpstreamConnection connection, int maxIdle) {
        boolean surplus = false;
        int idle = 0;
        for (One one : now) {
            idle += one.connection.openStreams() == 0 && !one.surplus ? 1 : 0;
        }
        for (One one : now) {
            if (one.connection == connection && !one.surplus && connection.opened() > 0) {
                surplus = idle > maxIdle && connection.openStreams() == 0;
                one.surplus = surplus;
            }
        }
        return surplus;
    }

    /** Takes one more sample of each; by upkeep alone. */
    void sample(long nanos) {
        for (One one : now) {
            one.saturated = one.saturation.sample(one.connection.strained(nanos));
        }
    }

    /** Whether there are connections and none of them takes more without harm, as the last samples have shown. */
    boolean saturated() {
        One[] seen = now;
        return seen.length > 0 && Arrays.stream(seen).allMatch(one -> one.saturated);
    }
}
