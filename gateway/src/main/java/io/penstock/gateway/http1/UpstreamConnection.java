// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.http1.message.BodyReader;
import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.http1.message.HeadReader;
import io.penstock.gateway.http1.message.Http1Limits;
import io.penstock.gateway.http1.message.Input;
import io.penstock.gateway.http1.message.Side;
import io.penstock.gateway.http1.write.BodyWriter;
import io.penstock.gateway.http1.write.Output;
import io.penstock.gateway.wire.Wire;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A connection to an upstream that speaks HTTP/1.1: one exchange after the other.
 *
 * <p>Starts no thread. {@link #open} is called by whoever leases the connection, when no half is open; everything else may come from any
 * thread.
 */
public final class UpstreamConnection {
    private static final VarHandle OPENED = Handles.of(MethodHandles.lookup(), "opened");

    private final Wire wire;
    private final Input in;
    private final Output out;
    private final HeadReader heads;
    private final BodyReader body;
    private final BodyWriter writer;
    private volatile long opened;
    private volatile boolean http10;

    /** Takes over a wire that is connected; nothing is read or written before {@link #open}. */
    public UpstreamConnection(Wire wire, Http1Limits limits, FieldCache fields) {
        this.wire = wire;
        this.in = new Input(wire);
        this.out = new Output(wire);
        this.heads = new HeadReader(Side.UPSTREAM, in, limits, fields);
        this.body = new BodyReader(Side.UPSTREAM, in, heads, limits);
        this.writer = new BodyWriter(out);
    }

    /** The half of the next exchange. The one before must have been {@link UpstreamHalf#reusable}. */
    public UpstreamHalf open() {
        OPENED.setRelease(this, opened + 1); // one half at a time
        return new UpstreamHalf(this);
    }

    /** How many exchanges it has carried, with the one that is open. */
    public long opened() {
        return opened;
    }

    /** Whether the upstream answered as HTTP/1.0: a body of unknown length cannot be sent to it. */
    public boolean http10() {
        return http10;
    }

    void answeredAs(boolean http11) {
        if (http10 == http11) {
            http10 = !http11;
        }
    }

    /** Lets go of buffers that grew; called while no half is open. */
    public void rest() {
        in.rest();
        out.rest();
    }

    /** Closes the socket at once; wakes whoever is blocked in it. */
    public void abort() {
        wire.abort();
    }

    Wire wire() {
        return wire;
    }

    Input in() {
        return in;
    }

    Output out() {
        return out;
    }

    HeadReader heads() {
        return heads;
    }

    BodyReader body() {
        return body;
    }

    BodyWriter writer() {
        return writer;
    }
}
