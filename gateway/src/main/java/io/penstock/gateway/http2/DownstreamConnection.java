// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.exchange.side.ServedConnection;
import io.penstock.gateway.exchange.time.HttpDate;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.frame.Flood;
import io.penstock.gateway.http2.frame.FrameReader;
import io.penstock.gateway.http2.frame.Http2Exception;
import io.penstock.gateway.http2.frame.Preface;
import io.penstock.gateway.http2.relay.Relay;
import io.penstock.gateway.http2.stream.HeadRules;
import io.penstock.gateway.http2.stream.Http2Connection;
import io.penstock.gateway.http2.stream.Http2Stream;
import io.penstock.gateway.http2.stream.ReceivedHeads;
import io.penstock.gateway.http2.stream.StreamEvents;
import io.penstock.gateway.http2.stream.Wakes;
import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A connection that somebody opened to us: reads the preface, admits streams and hands each to the pipeline as an exchange.
 *
 * <p>{@link #serve} runs on the connection's own thread until the connection has ended; {@link #upkeep}, {@link #drain} and {@link
 * #abort} may come from any thread and never block.
 */
public final class DownstreamConnection implements Http2Connection.Role, ServedConnection {
    private static final int LINGER_BYTES = 1024 * 1024;
    private static final long LINGER_NANOS = 1_000_000_000L;
    /** A connection without a stream for so long needs no memory for its next response yet. */
    private static final long REST_NANOS = 1_000_000_000L;

    /** How many first bytes tell for certain that a connection speaks HTTP/2 with prior knowledge. */
    public static final int PREFACE_BYTES = Preface.BYTES.length;

    private final Wire wire;
    private final ListenerConfig config;
    private final Peer peer;
    private final ExchangeHandler handler;
    private final ExchangeObserver observer;
    private final HttpDate date;
    private final Supplier<PathPolicy> paths;
    private final int replayBytes;
    private final FrameReader reader;
    private final Http2Connection connection;
    private final FrameDispatcher dispatcher;
    private final AtomicBoolean draining = new AtomicBoolean();
    /** Those that upkeep looks at one by one; ordinary streams are not among them. */
    private final Set<Relay> tunnels = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean announced = new AtomicBoolean();
    private final long startedNanos = System.nanoTime();
    private volatile boolean begun;
    private volatile boolean lastGoaway;
    private volatile long drainStartedNanos;
    private volatile long lingerSinceNanos;
    /** Since when it had no stream when it last gave memory back. */
    private volatile long restedSinceNanos;

    private volatile DownstreamEnding ending = DownstreamEnding.PEER;
    private volatile String detail = "";

    /**
     * Prepares a connection; nothing is read or written before {@link #serve}.
     *
     * @param date of responses that have none
     * @param paths of the listener, asked for each request: an open connection follows a change
     * @param replayBytes request bytes that each exchange keeps for a second attempt
     */
    public DownstreamConnection(
            Wire wire,
            ListenerConfig config,
            Peer peer,
            ExchangeHandler handler,
            ExchangeObserver observer,
            HttpDate date,
            Supplier<PathPolicy> paths,
            int replayBytes) {
        this.wire = wire;
        this.config = config;
        this.peer = peer;
        this.handler = handler;
        this.observer = observer;
        this.date = date;
        this.paths = paths;
        this.replayBytes = replayBytes;
        this.reader = new FrameReader(wire);
        this.connection = new Http2Connection(wire, config.http2(), true, this);
        this.dispatcher = new FrameDispatcher(reader, connection);
    }

    /** Whether a connection that begins with these bytes may turn out to speak HTTP/2. */
    public static boolean maySpeak(byte[] first, int length) {
        int here = Math.min(length, PREFACE_BYTES);
        return Arrays.equals(first, 0, here, Preface.BYTES, 0, here);
    }

    /** Serves the connection on the calling thread until it has ended; every stream has ended when this returns. */
    @Override
    public void serve() {
        try {
            if (!preface()) {
                return;
            }
            connection.start("http2-writer " + peer);
            begun = true; // after our SETTINGS
            if (draining.get()) {
                announceDrain();
            }
            FrameDispatcher.Ended ended = dispatcher.run();
            if (!ended.byPeer()) {
                end(Endings.of(ended), ended.detail());
                lingerSinceNanos = System.nanoTime();
                dispatcher.linger(LINGER_BYTES);
            }
        } catch (IOException e) {
            detail = "connection failed: " + e.getMessage();
        } finally {
            connection.abort();
        }
    }

    private boolean preface() throws IOException {
        while (true) {
            int here = Math.min(reader.available(), Preface.BYTES.length);
            for (int i = 0; i < here; i++) {
                if (reader.bytes()[reader.position() + i] != Preface.BYTES[i]) {
                    refusePreface();
                    return false;
                }
            }
            if (here == Preface.BYTES.length) {
                reader.skip(here);
                return true;
            }
            if (!reader.fill()) {
                return false;
            }
        }
    }

    /** An HTTP/1 request gets an answer that its sender can read; anything else a GOAWAY (RFC 9113 §3.4). */
    private void refusePreface() throws IOException {
        String start = new String(
                reader.bytes(), reader.position(), Math.min(reader.available(), 4096), StandardCharsets.ISO_8859_1);
        end(DownstreamEnding.NOT_HTTP2, "no HTTP/2 preface");
        lingerSinceNanos = System.nanoTime();
        int line = start.indexOf("\r\n");
        if (line > 0 && start.substring(0, line).matches(".* HTTP/1\\.[0-9]")) {
            byte[] answer = Http1Answer.bytes(date.field());
            wire.write(answer, 0, answer.length);
            wire.finish();
        } else {
            Wakes wakes = new Wakes();
            connection.start("http2-writer " + peer);
            connection.sendGoaway(false, ErrorCode.PROTOCOL_ERROR, "expected the HTTP/2 preface", wakes);
            connection.closeAfterWriting();
        }
        dispatcher.linger(LINGER_BYTES);
    }

    private void end(DownstreamEnding how, String why) {
        if (ending == DownstreamEnding.PEER) {
            ending = how;
            detail = why;
        }
    }

    // ---- Role ----

    @Override
    public void opened(int streamId, Head head, boolean oversized, boolean end, Wakes wakes) throws Http2Exception {
        if (connection.openStreams() >= config.http2().maxConcurrentStreams()) {
            connection.send().refuse(streamId, ErrorCode.REFUSED_STREAM, wakes);
            dispatcher.guard().count(Flood.OWN_RESETS);
            return;
        }
        GatewayException badPath = paths.get().apply(head);
        Relay relay = new Relay(connection, head, peer, handler, observer, replayBytes, wakes);
        Http2Stream stream = connection.accept(streamId, relay, end);
        if (oversized) {
            relay.refuse(tooLarge(head));
            dispatcher.guard().count(Flood.OWN_RESETS);
            return;
        }
        String wrong = HeadRules.request(head);
        if (wrong != null) {
            throw Http2Exception.stream(streamId, ErrorCode.PROTOCOL_ERROR, wrong);
        }
        ReceivedHeads.declare(stream, head);
        if (end) {
            connection.receive().end(stream);
        }
        String authority = HeadRules.authority(head);
        if (authority != null) { // well-formed enough to be answered (RFC 9113 §8.1.1), as over HTTP/1.1
            relay.refuse(new GatewayException(Cause.MALFORMED_REQUEST, authority));
            return;
        }
        if (badPath != null) {
            relay.refuse(badPath);
            return;
        }
        if (relay.tunnel()) {
            tunnels.add(relay);
            relay.exchange().onEnd(() -> tunnels.remove(relay));
        }
        relay.begin(end);
    }

    /** Of a head that lacks the fields from where it was too large on: a request without a path had too long a target. */
    private GatewayException tooLarge(Head head) {
        boolean cutInTarget = head.method() != null && head.path() == null;
        return new GatewayException(
                cutInTarget ? Cause.URI_TOO_LONG : Cause.HEADER_TOO_LARGE,
                "head is larger than " + config.http2().maxHeadBytes() + " bytes"
                        + (cutInTarget ? " with its target" : ""));
    }

    @Override
    public void sending(Head head) {
        if (head.status() >= 200) {
            date.addTo(head);
        }
    }

    @Override
    public void settings(Wakes wakes) {}

    @Override
    public void pong(long opaque, Wakes wakes) {
        if (draining.get()) {
            sendLastGoaway(wakes);
        }
    }

    @Override
    public void goaway(int lastStreamId, int code, Wakes wakes) {
        closeIfUnused();
    }

    @Override
    public void streamClosed(Wakes wakes) {
        if (lastGoaway) {
            closeIfUnused();
        }
    }

    private void closeIfUnused() {
        if (connection.openStreams() == 0) {
            if (lingerSinceNanos == 0) {
                lingerSinceNanos = System.nanoTime();
            }
            connection.closeAfterWriting();
        }
    }

    // ---- from outside ----

    /** Tells the peer to open no more streams, in two steps, and closes the connection with its last stream (RFC 9113 §6.8). */
    @Override
    public void drain() {
        if (!draining.compareAndSet(false, true)) {
            return;
        }
        end(DownstreamEnding.DRAINED, "draining");
        drainStartedNanos = System.nanoTime();
        if (begun) {
            announceDrain();
        }
    }

    /** Ends every exchange that is in flight with {@link Cause#DRAINING}, and with the last of them the connection. */
    @Override
    public void endExchanges() {
        for (StreamEvents events : connection.streams().listening()) {
            if (events instanceof Relay relay) {
                relay.goAway(new GatewayException(Cause.DRAINING, "the drain timeout has passed"));
            }
        }
        Wakes wakes = new Wakes();
        sendLastGoaway(wakes);
        wakes.flush();
    }

    private void announceDrain() {
        if (!announced.compareAndSet(false, true)) {
            return;
        }
        Wakes wakes = new Wakes();
        connection.sendGoaway(true, ErrorCode.NO_ERROR, "draining", wakes);
        connection.sendPing(0x647261696eL, false, wakes);
        wakes.flush();
    }

    private void sendLastGoaway(Wakes wakes) {
        if (!lastGoaway) {
            lastGoaway = true;
            connection.sendGoaway(false, ErrorCode.NO_ERROR, "draining", wakes);
            closeIfUnused();
        }
    }

    /** Looks at the clock; called a few times a second. */
    @Override
    public void upkeep(long now) {
        long linger = lingerSinceNanos;
        if (linger != 0) {
            if (now - linger > LINGER_NANOS) {
                connection.abort();
            }
        } else if (!dispatcher.established()) {
            if (now - startedNanos > config.handshakeTimeout().toNanos()) {
                lateHandshake();
            }
        } else {
            checkProgress(now);
        }
        if (!tunnels.isEmpty()) {
            tunnels.forEach(relay -> relay.upkeep(now));
        }
        if (draining.get() && !lastGoaway && now - drainStartedNanos > LINGER_NANOS) {
            if (!begun) {
                connection.abort(); // its preface is not on its way
                return;
            }
            Wakes wakes = new Wakes();
            sendLastGoaway(wakes);
            wakes.flush();
        }
    }

    private void checkProgress(long now) {
        long head = dispatcher.headSinceNanos();
        long write = connection.writeStartedNanos();
        if (head != 0 && now - head > config.headTimeout().toNanos()) {
            calm(DownstreamEnding.HEAD_TIMEOUT, "head not finished in time");
        } else if (write != 0 && now - write > config.writeTimeout().toNanos()) {
            timeOut(DownstreamEnding.WRITE_TIMEOUT, "the peer does not read");
        } else if (connection
                .send()
                .starvedFor(config.http2().zeroWindowTimeout().toNanos(), now)) {
            calm(DownstreamEnding.ZERO_WINDOW, "window held at zero");
        } else if (connection.openStreams() == 0) {
            long since = Math.max(connection.streams().lastStreamNanos(), startedNanos);
            long quiet = now - since;
            if (quiet > REST_NANOS && restedSinceNanos != since) {
                restedSinceNanos = since;
                connection.rest();
            }
            if (quiet > config.idleTimeout().toNanos() && !draining.get()) {
                end(
                        DownstreamEnding.IDLE,
                        "no stream for " + config.idleTimeout().toSeconds() + " s");
                drainNow();
            }
        } else {
            Wakes wakes = new Wakes();
            connection.receive().endStalled(config.bodyTimeout().toNanos(), now, wakes);
            wakes.flush();
        }
    }

    private void drainNow() {
        draining.set(true);
        drainStartedNanos = System.nanoTime();
        Wakes wakes = new Wakes();
        sendLastGoaway(wakes);
        wakes.flush();
    }

    /** Who has sent the preface can be told why; before that nobody knows what the peer would understand. */
    private void lateHandshake() {
        if (begun) {
            sendAway(DownstreamEnding.HANDSHAKE_TIMEOUT, ErrorCode.PROTOCOL_ERROR, "no SETTINGS in time");
        } else {
            timeOut(DownstreamEnding.HANDSHAKE_TIMEOUT, "no handshake, preface and SETTINGS in time");
        }
    }

    private void timeOut(DownstreamEnding how, String why) {
        end(how, why);
        connection.abort();
    }

    private void calm(DownstreamEnding how, String why) {
        sendAway(how, ErrorCode.ENHANCE_YOUR_CALM, why);
    }

    private void sendAway(DownstreamEnding how, int code, String why) {
        end(how, why);
        Wakes wakes = new Wakes();
        connection.sendGoaway(false, code, why, wakes);
        connection.closeAfterWriting();
        lingerSinceNanos = System.nanoTime();
        wakes.flush();
    }

    /** Closes the socket at once. */
    @Override
    public void abort() {
        connection.abort();
    }

    @Override
    public int openStreams() {
        return connection.openStreams();
    }

    @Override
    public Peer peer() {
        return peer;
    }

    /** Why it ended; {@link DownstreamEnding#PEER} while it has not. */
    @Override
    public DownstreamEnding ending() {
        return ending;
    }

    /** What was found and expected, for the log. */
    @Override
    public String detail() {
        return detail;
    }
}
