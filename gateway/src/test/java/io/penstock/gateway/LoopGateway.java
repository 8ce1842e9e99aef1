// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.filter.Finding;
import io.penstock.gateway.filter.Verdict;
import io.penstock.gateway.upstream.pool.PoolReport;
import io.penstock.gateway.wire.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A running gateway before an HTTP/1.1 origin, with connections that are on an event loop already. */
final class LoopGateway implements AutoCloseable {
    /** On a busy machine somebody may look whether the client is still there: its next request has a thread then. */
    private static final int MOST_WARMING = 20;

    /** Notes where each request was opened, and where each head of a response was passed on. */
    private static final class Places implements Filter {
        private final LinkedBlockingQueue<Boolean> requests = new LinkedBlockingQueue<>();
        private final LinkedBlockingQueue<Boolean> responses = new LinkedBlockingQueue<>();

        @Override
        public Verdict request(Exchange exchange) {
            requests.add(EventLoop.current() != null);
            return Verdict.GO_ON;
        }

        @Override
        public Finding explain(Exchange copy) {
            return Finding.goesOn("looks");
        }

        @Override
        public void response(Exchange exchange, Head response) {
            responses.add(EventLoop.current() != null);
        }

        private static boolean next(LinkedBlockingQueue<Boolean> of) throws InterruptedException {
            Boolean place = of.poll(FramePeer.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(place).as("a filter has seen it").isNotNull();
            return place;
        }
    }

    /** A client's connection and the one to the upstream that its next request takes. */
    record Pair(Http1Origin.Connection client, Http1Origin.Connection upstream) {

        /** Sends a request, which the upstream takes. */
        void ask(String path) throws IOException {
            LoopGateway.ask(client, path);
            assertThat(upstream.request()).startsWith("GET " + path + " ");
        }

        /** Answers what was asked. */
        void answer(String body) throws IOException {
            upstream.answer(body);
            assertThat(LoopGateway.answer(client)).isEqualTo(body);
        }
    }

    private final Http1Origin origin;
    private final Places places = new Places();
    private final List<Filter> filters = new ArrayList<>(List.of(places));
    private String listener = "";
    private String routes = "";
    private String cluster = "";
    private String upstream = "";
    private @Nullable RunningGateway gateway;

    private LoopGateway(Http1Origin origin) {
        this.origin = origin;
    }

    /** Its upstream's connections follow a script. */
    static LoopGateway following(Http1Origin.Script script) {
        return new LoopGateway(Http1Origin.following(script));
    }

    /** Its upstream answers with method and path. */
    static LoopGateway echoing() {
        return new LoopGateway(Http1Origin.echoing());
    }

    /** Its upstream's connections are left to the test. */
    static LoopGateway byHand() {
        return new LoopGateway(Http1Origin.byHand());
    }

    LoopGateway listener(String keys) {
        listener = ", " + keys;
        return this;
    }

    /** Adds a route before the one to the origin. */
    LoopGateway route(String keys) {
        routes = '{' + keys + "}, ";
        return this;
    }

    LoopGateway cluster(String keys) {
        cluster = ", " + keys;
        return this;
    }

    LoopGateway upstream(String keys) {
        upstream = ", " + keys;
        return this;
    }

    /** Runs this filter, too. */
    LoopGateway filter(Filter filter) {
        filters.add(filter);
        return this;
    }

    LoopGateway start() {
        RunningGateway made = RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0%s}]
                routes: [%s{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: http1%s}%s}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(listener, routes, origin.address(), upstream, cluster));
        filters.forEach(made::filter);
        gateway = made.start();
        return this;
    }

    /** The gateway itself. */
    RunningGateway running() {
        if (gateway == null) {
            throw new IllegalStateException("the gateway was not started");
        }
        return gateway;
    }

    Http1Origin origin() {
        return origin;
    }

    // ---- connections ----

    /** A client whose connection, and one to an upstream that answers by itself, are on a loop. */
    Http1Origin.Connection warm() throws Exception {
        Http1Origin.Connection client = running().http1Client();
        got(client, "/first");
        assertThat(servedOnLoop()).isFalse();
        for (int i = 0; i < MOST_WARMING; i++) {
            got(client, "/warm");
            if (servedOnLoop()) {
                return client;
            }
        }
        throw new AssertionError("needs a thread for each request");
    }

    /** The same, with the upstream's connection in the hands of the test. */
    Pair warmPair() throws Exception {
        Http1Origin.Connection client = running().http1Client();
        ask(client, "/first");
        Pair pair = new Pair(client, origin.connection());
        pair.upstream().request();
        pair.answer("first");
        assertThat(servedOnLoop()).isFalse();
        for (int i = 0; i < MOST_WARMING; i++) {
            pair.ask("/warm");
            pair.answer("warm");
            if (servedOnLoop()) {
                return pair;
            }
        }
        throw new AssertionError("needs a thread for each request");
    }

    /** Whether the next exchange, of those that nobody has asked for, needed no thread. */
    private boolean servedOnLoop() throws InterruptedException {
        assertThat(ended().cause()).isNull();
        boolean request = requestOnLoop();
        boolean response = responseOnLoop();
        return request && response;
    }

    /** Asks a client's next question. */
    static void ask(Http1Origin.Connection client, String path) throws IOException {
        client.send("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
    }

    /** The body of the next answer, which has status 200. */
    static String answer(Http1Origin.Connection client) throws IOException {
        String head = client.head();
        assertThat(head).startsWith("HTTP/1.1 200 ");
        return client.text(Http1Origin.length(head));
    }

    static String got(Http1Origin.Connection client, String path) throws IOException {
        ask(client, path);
        return answer(client);
    }

    // ---- what was seen ----

    /** Whether the next request, of those that nobody has asked for, was opened on a loop. */
    boolean requestOnLoop() throws InterruptedException {
        return Places.next(places.requests);
    }

    /** The same of the next head of a response, interim ones too. */
    boolean responseOnLoop() throws InterruptedException {
        return Places.next(places.responses);
    }

    /** Takes the next exchange that has ended. */
    Exchange ended() {
        return running().ended();
    }

    PoolReport pool() {
        return running().pool();
    }

    @Override
    public void close() {
        running().close();
        origin.close();
    }
}
