// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import io.penstock.gateway.exchange.ending.Refusal;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.AttemptObserver;
import io.penstock.gateway.exchange.side.Downstream;
import io.penstock.gateway.exchange.side.Upstream;
import io.penstock.gateway.exchange.time.UpgradeTimeouts;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One request and its one response, from the first byte of the head to the last of the trailers.
 *
 * <p>Filters, the target and the upstream write what they decide into it; telemetry reads it once it has ended. Only one thread
 * works on an exchange's decisions at a time (the reader of its connection, then perhaps a thread of its own, then the reader of
 * the upstream); each hand-over happens under a lock of the transport. The byte counts and the end may come from two threads.
 */
public final class Exchange {
    /** "There is no such status": neither {@code :status} nor {@code grpc-status} was seen. */
    public static final int NONE = -1;

    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());

    private static final VarHandle ATTEMPT_OBSERVER;
    private static final VarHandle STATUS;
    private static final VarHandle GRPC_STATUS;
    private static final VarHandle REQUEST_BYTES;
    private static final VarHandle RESPONSE_BYTES;
    private static final VarHandle UPSTREAM_STARTED;
    private static final VarHandle RESPONSE_STARTED;

    static {
        Lookup lookup = MethodHandles.lookup();
        ATTEMPT_OBSERVER = Handles.of(lookup, "attemptObserver");
        STATUS = Handles.of(lookup, "status");
        GRPC_STATUS = Handles.of(lookup, "grpcStatus");
        REQUEST_BYTES = Handles.of(lookup, "requestBytes");
        RESPONSE_BYTES = Handles.of(lookup, "responseBytes");
        UPSTREAM_STARTED = Handles.of(lookup, "upstreamStartedNanos");
        RESPONSE_STARTED = Handles.of(lookup, "responseStartedNanos");
    }

    private final Head request;
    private final Peer peer;
    private final Downstream downstream;
    private final ExchangeObserver observer;
    private final long startedNanos;
    private final long startedMillis;
    private final boolean grpc;
    private final String method;
    private String path;
    private final String authority;
    /** Of which this is a branch. */
    private final @Nullable Exchange whole;

    private final ExchangeEnd end = new ExchangeEnd();

    private String protocol = "2";
    private String upstreamProtocol = "2";
    private String client;
    private boolean trusted;
    private @Nullable Identity identity;
    private String requestId = "";
    private String route = "";
    private String cluster = "";
    private String target = "";
    private @Nullable Upstream upstream;
    private volatile @Nullable AttemptObserver attemptObserver;
    private @Nullable ResponseHook responseHook;
    private @Nullable UnaryOperator<RequestHalf> decorator;
    private @Nullable RequestHalf decorated;
    private long deadlineNanos;
    private boolean deadlined;
    private volatile boolean openEnded;
    private volatile @Nullable UpgradeTimeouts upgradeTimeouts;
    private int attempts;
    private boolean connectionReused;
    /** 0 for {@link #NONE}. */
    private volatile int status;
    /** One more than it is. */
    private volatile int grpcStatus;

    private volatile @Nullable Cause cause;
    private volatile @Nullable String detail;
    private volatile long requestBytes;
    private volatile long responseBytes;
    private volatile long upstreamStartedNanos;
    private volatile long responseStartedNanos;
    /**
     * Begins an exchange at this instant.
     *
     * @param request the head as it arrived; changed in place from here on
     * @param peer who sent it
     * @param downstream where the response goes
     * @param observer told once, when the exchange has ended
     */
    public Exchange(Head request, Peer peer, Downstream downstream, ExchangeObserver observer) {
        this.request = request;
        this.peer = peer;
        this.downstream = downstream;
        this.client = peer.address();
        this.trusted = peer.trusted();
        this.observer = observer;
        this.startedNanos = System.nanoTime();
        this.startedMillis = System.currentTimeMillis();
        this.grpc = request.grpc();
        this.method = String.valueOf(request.method());
        this.path = Objects.requireNonNullElse(request.path(), "-"); // CONNECT, and heads that are cut off
        this.authority = authority(request);
        this.whole = null;
    }

    private Exchange(Exchange whole, Head request, Downstream downstream) {
        this.request = request;
        this.peer = whole.peer;
        this.downstream = downstream;
        this.observer = ended -> {};
        this.startedNanos = whole.startedNanos;
        this.startedMillis = whole.startedMillis;
        this.grpc = whole.grpc;
        this.method = whole.method;
        this.path = whole.path;
        this.authority = whole.authority;
        this.whole = whole;
        this.protocol = whole.protocol;
        this.client = whole.client;
        this.trusted = whole.trusted;
        this.identity = whole.identity;
        this.requestId = whole.requestId;
        this.route = whole.route;
        this.cluster = whole.cluster;
        this.deadlineNanos = whole.deadlineNanos;
        this.deadlined = whole.deadlined;
    }

    /**
     * An exchange of one of several attempts at the same request, which run at the same time: with a head of its own, a cause and an end.
     * Its attempts count as the whole's, too; nobody else is told of it.
     *
     * @param branch where the attempt's response goes
     */
    public Exchange branch(Downstream branch) {
        return new Exchange(this, request.copy(), branch);
    }

    /** The response is this branch's: what is known of its upstream counts for the whole. */
    public void answeredBy(Exchange branch) {
        target = branch.target;
        upstreamProtocol = branch.upstreamProtocol;
        connectionReused = branch.connectionReused;
        upstreamStartedNanos = branch.upstreamStartedNanos;
    }

    private static String authority(Head request) {
        String authority = request.authority();
        if (authority == null) {
            authority = request.value("host");
        }
        return authority == null ? "" : authority;
    }

    public Head request() {
        return request;
    }

    public Peer peer() {
        return peer;
    }

    public Downstream downstream() {
        return downstream;
    }

    /**
     * Has this exchange served in blocking style, with its downstream's half behind another one; before it is opened at an upstream. Of several
     * the first is nearest to the downstream. Not for exchanges that are to be upgraded.
     */
    public void decorate(UnaryOperator<RequestHalf> body) {
        UnaryOperator<RequestHalf> before = decorator;
        decorator = before == null ? body : half -> body.apply(before.apply(half));
    }

    /** Whether the bodies pass through somebody's hands, so that the exchange needs a thread. */
    public boolean decorated() {
        return decorator != null;
    }

    /** The downstream in blocking style, with the decorators before it; the same instance each time, as {@link Downstream#half} is. */
    public RequestHalf half() {
        UnaryOperator<RequestHalf> body = decorator;
        if (body == null) {
            return downstream.half();
        }
        RequestHalf made = decorated;
        if (made == null) {
            made = body.apply(downstream.half());
            decorated = made;
        }
        return made;
    }

    /** Whether the request is gRPC, so that refusals must be gRPC-shaped. */
    public boolean grpc() {
        return grpc;
    }

    /** The method as the downstream sent it, whatever was rewritten since. */
    public String method() {
        return method;
    }

    /** The path and query as the downstream sent them, in the form that its listener's path policy gave them. */
    public String path() {
        return path;
    }

    /** Replaces path and query, for matching and for what is sent on. */
    public void rewritePath(String value) {
        path = value;
        request.set(":path", value);
    }

    /** The authority as the downstream sent it; empty when it sent none. */
    public String authority() {
        return authority;
    }

    /** {@link System#nanoTime()} at the head. */
    public long startedNanos() {
        return startedNanos;
    }

    /** Wall clock at the head, milliseconds since the epoch; for logs only. */
    public long startedMillis() {
        return startedMillis;
    }

    /** The HTTP version that the downstream speaks: {@code 1.0}, {@code 1.1} or {@code 2}. */
    public String protocol() {
        return protocol;
    }

    public void protocol(String value) {
        this.protocol = value;
    }

    /** The HTTP version that the upstream speaks; meaningful once a response head is there. */
    public String upstreamProtocol() {
        return upstreamProtocol;
    }

    public void upstreamProtocol(String value) {
        this.upstreamProtocol = value;
    }

    /** The literal address of the client: the peer's, or the one that trusted proxies name; for matches, logs and balancers. */
    public String client() {
        return client;
    }

    public void client(String value) {
        this.client = value;
    }

    /** Whether the peer and the client behind it are in trusted networks: such callers are told causes. */
    public boolean trusted() {
        return trusted;
    }

    /** The client behind the peer is in no trusted network. */
    public void distrust() {
        this.trusted = false;
    }

    /** Who the caller is, as the last filter says that has seen a proof of it; null for a stranger. */
    public @Nullable Identity identity() {
        return identity;
    }

    /** Sets who the caller is, before the filters further down. */
    public void identity(Identity value) {
        this.identity = value;
    }

    public String requestId() {
        return requestId;
    }

    public void requestId(String value) {
        this.requestId = value;
    }

    /** The name of the matched route; empty before the match. */
    public String route() {
        return route;
    }

    public void route(String value) {
        this.route = value;
    }

    /** The name of the cluster or the lookup that chose the target; empty before. */
    public String cluster() {
        return cluster;
    }

    public void cluster(String value) {
        this.cluster = value;
    }

    /** The upstream's {@code address:port}; empty while none is chosen. */
    public String target() {
        return target;
    }

    /** Sets the upstream's address, of the whole too. */
    public void target(String value) {
        this.target = value;
        if (whole != null) {
            whole.target = value;
        }
    }

    /** Sets what sees the response heads of this exchange. */
    public void onHead(ResponseHook hook) {
        this.responseHook = hook;
    }

    /** Adds what sees the response heads of this exchange before those that were set so far. */
    public void alsoOnHead(ResponseHook hook) {
        ResponseHook later = responseHook;
        responseHook = later == null
                ? hook
                : (exchange, response) -> {
                    hook.head(exchange, response);
                    later.head(exchange, response);
                };
    }

    /** Shows a response head to the hook, if there is one; without an upstream's cause where the caller must not see any. */
    public void responded(Head response) {
        hideCause(response);
        if (responseHook != null) {
            responseHook.head(this, response);
        }
    }

    /** As {@link #responded}, for the head of a refusal: a defect of the hook must not keep it back. */
    public void refused(Head refusal) {
        try {
            responded(refusal);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "defect in a refusal of route " + route, e);
        }
    }

    /** Looks at the trailers of a response before they are sent. */
    public void trailers(Head trailers) {
        hideCause(trailers);
    }

    /**
     * Fields were dropped from trailers, where they must not be.
     *
     * @param ofRequest whether from those of the request
     */
    public void droppedTrailers(boolean ofRequest, int count) {
        if (whole != null) {
            whole.droppedTrailers(ofRequest, count);
        } else if (count > 0) {
            observer.droppedTrailers(ofRequest, count);
        }
    }

    private void hideCause(Head head) {
        if (!trusted && head.has(Refusal.CAUSE)) {
            head.remove(Refusal.CAUSE);
        }
    }

    /** Where it was sent, or null before. */
    public @Nullable Upstream upstream() {
        return upstream;
    }

    public void upstream(Upstream value) {
        this.upstream = value;
    }

    /** Who follows the attempt that is about to be made; a transport asks once per attempt, when it makes it. */
    public AttemptObserver attemptObserver() {
        return somebody(attemptObserver);
    }

    /** Sets who follows the next attempt. */
    public void attemptObserver(AttemptObserver value) {
        this.attemptObserver = value;
    }

    private static AttemptObserver somebody(@Nullable AttemptObserver observer) {
        return observer == null ? AttemptObserver.NOBODY : observer;
    }

    /**
     * Takes the observer of the attempt out of the exchange, so that nobody else ends it: whoever takes it tells it of the end. A
     * transport takes it when the attempt has its stream or connection; whoever gives up an attempt before takes it to end it.
     */
    public AttemptObserver takeAttemptObserver() {
        return somebody((AttemptObserver) ATTEMPT_OBSERVER.getAndSet(this, AttemptObserver.NOBODY));
    }

    /** Ends the exchange with {@link Cause#DEADLINE} at this {@link System#nanoTime()} unless it has ended by then. */
    public void deadlineNanos(long value) {
        this.deadlineNanos = value;
        this.deadlined = true;
    }

    public boolean deadlined() {
        return deadlined;
    }

    /** Meaningful only when {@link #deadlined()}. */
    public long deadlineNanos() {
        return deadlineNanos;
    }

    /** Whether the exchange has become a stream that lives as long as both sides want: no timeout of ordinary exchanges ends it. */
    public boolean openEnded() {
        return openEnded || (whole != null && whole.openEnded);
    }

    public void markOpenEnded() {
        openEnded = true;
    }

    /** What limits an exchange that asks for an upgrade; null for every other. The downstream's transport looks at it. */
    public @Nullable UpgradeTimeouts upgradeTimeouts() {
        return upgradeTimeouts;
    }

    public void upgradeTimeouts(UpgradeTimeouts value) {
        upgradeTimeouts = value;
    }

    /** How many times an upstream was tried. */
    public int attempts() {
        return attempts;
    }

    /** Whether the last attempt used a connection that had carried another exchange before. */
    public boolean connectionReused() {
        return connectionReused;
    }

    /** Counts one attempt, which begins now. */
    public void attempt(boolean reusedConnection) {
        attempts++;
        upstreamProtocol = "2"; // until a transport of another version says so
        connectionReused = reusedConnection;
        UPSTREAM_STARTED.setRelease(this, System.nanoTime());
        if (whole != null) {
            synchronized (whole) {
                whole.attempt(reusedConnection);
            }
        }
    }

    /** The status that the downstream got, or {@link #NONE}. */
    public int status() {
        int now = status;
        return now == 0 ? NONE : now;
    }

    /** Records the status; the response begins now. */
    public void status(int value) {
        if (responseStartedNanos == 0) {
            RESPONSE_STARTED.setRelease(this, System.nanoTime());
        }
        STATUS.setRelease(this, value);
    }

    /** The {@code grpc-status} that the downstream got, or {@link #NONE}. */
    public int grpcStatus() {
        return grpcStatus - 1;
    }

    public void grpcStatus(int value) {
        GRPC_STATUS.setRelease(this, value + 1);
    }

    /** Why it failed, or null when it did not. */
    public @Nullable Cause cause() {
        return cause;
    }

    /** What was found and expected, for the log; empty when there is nothing to say. */
    public String detail() {
        String found = detail;
        return found == null ? "" : found;
    }

    /** Records why the exchange fails; the first cause stands. */
    public void fail(Cause reason, String text) {
        if (cause == null) {
            detail = text;
            cause = reason;
        }
    }

    /** Body bytes that came from the downstream. Written by one thread at a time. */
    public long requestBytes() {
        return requestBytes;
    }

    public void addRequestBytes(int bytes) {
        REQUEST_BYTES.setRelease(this, requestBytes + bytes); // one writer: the reader of the downstream connection
    }

    /** Body bytes that came for the downstream. Written by one thread at a time. */
    public long responseBytes() {
        return responseBytes;
    }

    public void addResponseBytes(int bytes) {
        RESPONSE_BYTES.setRelease(this, responseBytes + bytes); // one writer: the reader of the upstream connection
    }

    /** {@link System#nanoTime()} at the last attempt; 0 when there was none. */
    public long upstreamStartedNanos() {
        return upstreamStartedNanos;
    }

    /** {@link System#nanoTime()} at the response head; 0 when there was none. */
    public long responseStartedNanos() {
        return responseStartedNanos;
    }

    /** {@link System#nanoTime()} at the end; 0 before. */
    public long endedNanos() {
        return end.nanos();
    }

    /** Runs the action once when the exchange ends, whatever its end; the newest action runs first. */
    public void onEnd(Runnable action) {
        end.add(action);
    }

    /** Ends the exchange: runs the end actions, then tells the observer. Later calls do nothing. Never blocks. */
    public void end() {
        if (end.come(route)) {
            ExchangeEnd.guarded(() -> observer.ended(this), route);
        }
    }

    public boolean ended() {
        return end.hasCome();
    }
}
