// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http2.stream.Wakes;
import org.jspecify.annotations.Nullable;

/**
 * The request of a relayed exchange on its way to the current {@link Attempt}: kept until the response begins, up to a limit, so that
 * another attempt can be made; before there is an attempt all of it is kept, within the stream's window.
 *
 * <p>The relay's monitor guards its fields.
 */
final class RelayedRequest {
    private static final byte[] EMPTY = {};

    private final Relay relay;
    private final HeldRequest held;
    private boolean attached;
    /** Another attempt may be decided upon now: nothing is dropped meanwhile. */
    private boolean pinned;

    private @Nullable BlockingStream reading;

    private volatile boolean ended;
    private long returned;

    RelayedRequest(Relay relay, int replayBytes) {
        this.relay = relay;
        this.held = new HeldRequest(replayBytes);
    }

    // ---- under the relay's monitor ----

    /** Whether another attempt would get all of it. */
    boolean whole() {
        return held.whole();
    }

    /** Whether it is a head alone, all of it here. */
    boolean headAlone() {
        return held.headAlone();
    }

    /** What comes from here on is kept until {@link #sendHeld} has sent what is kept already. */
    void detach() {
        attached = false;
    }

    boolean attached() {
        return attached;
    }

    void pin(boolean on) {
        pinned = on;
    }

    /** There will be no other attempt. */
    void drop() {
        held.drop();
    }

    /** The response has begun: nothing has to be kept for another attempt. */
    void responseStarted() {
        if (attached) {
            held.drop();
        }
    }

    /** Hands what is kept, and what arrives from here on, to a thread that reads it. */
    void moveTo(BlockingStream stream) {
        stream.begin(held, returned);
        held.drop();
        reading = stream;
    }

    // ---- without it ----

    boolean ended() {
        return ended;
    }

    void end() {
        synchronized (relay) {
            held.end();
            ended = true;
        }
    }

    /** What arrived on the downstream stream. */
    void data(byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        Attempt to;
        BlockingStream blocking;
        synchronized (relay) {
            if (relay.finished()) {
                return;
            }
            to = attached ? relay.attempts().current() : null;
            blocking = reading;
            if (blocking == null) {
                held.add(bytes, offset, length, to == null || pinned);
            }
            if (to != null) {
                to.noteSent(length, end);
            }
            if (end) {
                end();
            }
        }
        if (blocking != null) {
            blocking.data(bytes, offset, length, end);
        } else if (to != null) {
            to.sendData(bytes, offset, length, end, wakes);
        }
    }

    void trailers(Head trailers, Wakes wakes) {
        Attempt to;
        BlockingStream blocking;
        synchronized (relay) {
            held.end(trailers);
            ended = true;
            to = attached ? relay.attempts().current() : null;
            blocking = reading;
            if (to != null) {
                to.noteSent(0, true);
            }
        }
        if (blocking != null) {
            blocking.trailers(trailers);
        } else if (to != null) {
            to.sendTrailers(trailers, wakes);
        }
    }

    /** The attempt was opened by a head that was all of the request. */
    void sentWithHead(Attempt next, Wakes wakes) {
        boolean stale;
        synchronized (relay) {
            stale = !relay.attempts().concerns(next);
            attached |= !stale;
        }
        if (stale) {
            next.abandon(wakes);
        }
    }

    /** Sends what was kept and this attempt has not had, until nothing is left; from then on the reader sends directly. */
    void sendHeld(Attempt next, Wakes wakes) {
        while (true) {
            byte[] bytes;
            int from;
            int length;
            boolean end;
            Head trailers;
            boolean stale;
            boolean all;
            synchronized (relay) {
                stale = !relay.attempts().concerns(next);
                bytes = held.bytes();
                from = next.sentBytes();
                length = held.length();
                all = from == length;
                trailers = all ? held.trailers() : null;
                end = held.ended() && (all ? !next.endSent() : held.trailers() == null);
                if (!stale) {
                    next.noteSent(length - from, end);
                    if (all) {
                        attach();
                    }
                }
            }
            if (stale) {
                next.abandon(wakes);
                return;
            }
            if (!all) {
                next.sendData(bytes, from, length - from, end, wakes);
                continue;
            }
            if (end && trailers != null) {
                next.sendTrailers(trailers, wakes);
            } else if (end) {
                next.sendData(EMPTY, 0, 0, true, wakes);
            }
            return;
        }
    }

    private void attach() {
        attached = true;
        if (relay.response().started()) {
            held.drop();
        } else {
            held.dropAboveLimit();
        }
    }

    /** The attempt has passed on so many bytes in all; what is new of them is what the downstream may send again; 0 for nothing. */
    int written(Attempt by, long total) {
        if (ended) {
            return 0;
        }
        synchronized (relay) {
            if (relay.attempts().current() != by || total <= returned) {
                return 0;
            }
            int credit = (int) (total - returned);
            returned = total;
            return credit;
        }
    }
}
