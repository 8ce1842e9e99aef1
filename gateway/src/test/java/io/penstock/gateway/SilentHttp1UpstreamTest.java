// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/1.1 upstreams that are silent with good reason, beside those of {@link CauseTest} that are not. */
@Timeout(60)
class SilentHttp1UpstreamTest {
    /** Many times the timeouts, and more than twice the time between two looks at the clock. */
    private static final long LONG_NANOS = 600_000_000;

    private static final String SHORT = "first-byte-timeout: 50ms, read-timeout: 50ms";
    private static final String EXPECTING =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";

    @Test
    void mayWaitForABodyThatItAskedFor() throws Exception {
        try (Http1Front front = Http1Front.byHand(SHORT)) {
            Http1Origin.Connection client = front.client();
            client.send(EXPECTING);
            Http1Origin.Connection upstream = front.upstream();
            upstream.head();
            upstream.send("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 100 ");

            front.awaitNanos(LONG_NANOS);
            client.send("he");
            assertThat(upstream.text(2)).isEqualTo("he");
            front.awaitNanos(LONG_NANOS);
            client.send("llo");
            assertThat(upstream.text(3)).isEqualTo("llo");
            upstream.answer("ok");

            assertThat(client.head()).startsWith("HTTP/1.1 200 ");
            assertThat(client.text(2)).isEqualTo("ok");
            assertThat(front.ended().cause()).isNull();
        }
    }

    @Test
    void mayWaitForTheRestOfARequestThatItAnswersAlready() throws Exception {
        try (Http1Front front = Http1Front.byHand(SHORT)) {
            Http1Origin.Connection client = front.client();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
            Http1Origin.Connection upstream = front.upstream();
            upstream.head();
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
            client.head();

            front.awaitNanos(LONG_NANOS);
            client.send("rest");
            assertThat(upstream.text(4)).isEqualTo("rest");
            upstream.send("done");

            assertThat(client.text(4)).isEqualTo("done");
            assertThat(front.ended().cause()).isNull();
        }
    }

    @Test
    void maySendEventsSeldom() throws Exception {
        try (Http1Front front = Http1Front.byHand(SHORT)) {
            Http1Origin.Connection client = front.client();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Http1Origin.Connection upstream = front.upstream();
            upstream.head();
            upstream.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 7\r\n\r\n");
            client.head();

            front.awaitNanos(LONG_NANOS);
            upstream.send("data: 1");

            assertThat(client.text(7)).isEqualTo("data: 1");
        }
    }

    @Test
    void mayWaitForACallerThatReadsSlowly() throws Exception {
        try (Http1Front front = Http1Front.byHand(SHORT)) {
            FramePeer client = front.http2Client().withoutCredit();
            int call = client.get("/");
            Http1Origin.Connection upstream = front.upstream();
            upstream.head();
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 80000\r\n\r\n" + "x".repeat(80_000));
            client.awaitHead(call);
            client.awaitData(call, 65_535);

            front.awaitNanos(LONG_NANOS);
            client.windowUpdate(0, 65_535);
            client.windowUpdate(call, 65_535);

            assertThat(client.awaitRest(call).body()).hasSize(80_000 - 65_535);
            assertThat(front.ended().cause()).isNull();
        }
    }

    @Test
    void owesItsFinalHeadInTimeWhateverCameBefore() throws Exception {
        try (Http1Front front = Http1Front.byHand(SHORT)) {
            Http1Origin.Connection client = front.client();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Http1Origin.Connection upstream = front.upstream();
            upstream.head();
            upstream.send("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 103 ");

            assertThat(client.head()).startsWith("HTTP/1.1 504 ");
            assertThat(front.ended().cause()).isEqualTo(Cause.FIRST_BYTE_TIMEOUT);
            assertThat(upstream.ended()).isTrue();
        }
    }
}
