// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.config.listener.Http1Config;
import io.penstock.gateway.http1.message.BodyReader;
import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.http1.message.HeadReader;
import io.penstock.gateway.http1.message.Http1Limits;
import io.penstock.gateway.http1.message.Input;
import io.penstock.gateway.http1.message.Side;
import io.penstock.gateway.http1.write.BodyWriter;
import io.penstock.gateway.http1.write.Output;
import io.penstock.gateway.wire.Wire;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What reads and writes the messages of one connection that somebody opened to us.
 *
 * @param reading held by whoever reads from the wire: the own thread, another one of the exchange, or the one that watches for the peer's end
 * @param sending keeps an interim head of the own thread and the refusal of a helper apart
 */
record Http1Codec(
        Input in,
        Output out,
        HeadReader heads,
        BodyReader body,
        BodyWriter writer,
        ReentrantLock reading,
        ReentrantLock sending) {

    static Http1Codec of(Wire wire, Http1Config config, FieldCache fields) {
        Http1Limits limits = new Http1Limits(
                config.maxHeadBytes(),
                config.maxFields(),
                config.maxLineBytes(),
                config.maxChunkLineBytes(),
                config.maxTrailerBytes(),
                config.absoluteForm() == Http1Config.AbsoluteForm.PREFER_TARGET);
        Input in = new Input(wire);
        Output out = new Output(wire);
        HeadReader heads = new HeadReader(Side.DOWNSTREAM, in, limits, fields);
        return new Http1Codec(
                in,
                out,
                heads,
                new BodyReader(Side.DOWNSTREAM, in, heads, limits),
                new BodyWriter(out),
                new ReentrantLock(),
                new ReentrantLock());
    }

    /** Between two requests: lets go of buffers that grew. */
    void rest() {
        out.rest();
        if (in.grown() && reading.tryLock()) { // otherwise somebody waits there for the beginning of the next request
            try {
                in.rest();
            } finally {
                reading.unlock();
            }
        }
    }
}
