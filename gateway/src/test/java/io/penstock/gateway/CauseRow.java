// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static io.penstock.gateway.CauseCaller.Way.HTTP1;
import static io.penstock.gateway.CauseCaller.Way.HTTP2;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.HostileOrigin.Misdeed;
import io.penstock.gateway.Http1Origin.Script;
import io.penstock.gateway.exchange.Cause;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One way in which a cause comes about.
 *
 * @param how in words, for the name of the test
 * @param ways who can meet it
 * @param keys what the configuration has beside the scene's own
 * @param step provokes it, and sees what the caller gets
 * @param ending how far the response was
 * @param next who serves the next request
 */
record CauseRow(
        Cause cause,
        String how,
        List<Way> ways,
        Supplier<HostileOrigin> origin,
        Map<String, String> keys,
        Step step,
        Ending ending,
        Next next) {

    /** What is done to meet a cause. */
    interface Step {
        Seen take(CauseScene scene) throws Exception;
    }

    /** What the caller sees of it. */
    enum Ending {
        /** An answer of the gateway. */
        REFUSED,
        /** A response that had begun is broken off. */
        BROKEN_OFF,
        /** No head at all. */
        NOTHING
    }

    /** Where the next request gets its answer. */
    enum Next {
        /** From the same upstream, which behaves. */
        SAME,
        /** From another one, since this one stays as it is. */
        OTHER,
        /** From nobody, since the gateway ends. */
        NOBODY
    }

    private static final Step ASK = scene -> scene.ask("/hostile");

    /** Something that a request meets within the gateway. */
    static CauseRow within(Cause cause, String how, Step step) {
        return new CauseRow(
                cause,
                how,
                List.of(Way.HTTP1, Way.HTTP2, Way.GRPC),
                HostileOrigin::reformed,
                Map.of(),
                step,
                Ending.REFUSED,
                Next.SAME);
    }

    /** What an upstream of HTTP/1.1 does after each request. */
    static CauseRow http1(Cause cause, String how, Script misdeed) {
        return within(cause, how, ASK).by(HTTP1, HTTP2).from(() -> HostileOrigin.http1(misdeed));
    }

    /** What an upstream of HTTP/2 does after each request head. */
    static CauseRow http2(Cause cause, String how, Misdeed misdeed) {
        return within(cause, how, ASK).from(() -> HostileOrigin.http2(misdeed));
    }

    /** An upstream of HTTP/1.1 that reads its requests and owes the answers. */
    static CauseRow idle1(Cause cause, String how) {
        return within(cause, how, ASK).by(HTTP1, HTTP2).from(() -> {
            HostileOrigin[] origin = {null};
            origin[0] = HostileOrigin.http1(connection -> {
                origin[0].idle();
                connection.answer("late");
            });
            return origin[0];
        });
    }

    /** The same of HTTP/2. */
    static CauseRow idle2(Cause cause, String how) {
        return within(cause, how, ASK).from(() -> {
            HostileOrigin[] origin = {null};
            origin[0] = HostileOrigin.http2((peer, stream) -> {
                origin[0].idle();
                peer.head(stream, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "0");
            });
            return origin[0];
        });
    }

    CauseRow by(Way... who) {
        return new CauseRow(cause, how, List.of(who), origin, keys, step, ending, next);
    }

    CauseRow from(Supplier<HostileOrigin> other) {
        return new CauseRow(cause, how, ways, other, keys, step, ending, next);
    }

    /** With these keys at a place of the configuration. */
    CauseRow with(String place, String value) {
        Map<String, String> more = new HashMap<>(keys);
        more.put(place, value);
        return new CauseRow(cause, how, ways, origin, Map.copyOf(more), step, ending, next);
    }

    CauseRow doing(Step other) {
        return new CauseRow(cause, how, ways, origin, keys, other, ending, next);
    }

    CauseRow breaksOff() {
        return new CauseRow(cause, how, ways, origin, keys, step, Ending.BROKEN_OFF, next);
    }

    CauseRow saysNothing() {
        return new CauseRow(cause, how, ways, origin, keys, step, Ending.NOTHING, next);
    }

    CauseRow next(Next other) {
        return new CauseRow(cause, how, ways, origin, keys, step, ending, other);
    }

    @Override
    public String toString() {
        return cause + ": " + how;
    }
}
