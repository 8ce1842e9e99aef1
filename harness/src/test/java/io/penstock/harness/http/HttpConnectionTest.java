// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpConnectionTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static HttpAnswer answer(String method, String bytes, Duration timeout) throws IOException {
        try (var origin = new Origin(n -> bytes);
                var connection = HttpConnection.open(origin.address(), TIMEOUT)) {
            var request = origin.target().request(method, List.of("x: y"), 0);
            var first = connection.exchange(request, timeout);
            if (first.reusable()) {
                assertThat(connection.exchange(request, timeout)).isEqualTo(first);
            }
            return first;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  200, 5, true,  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'",
        "GET,  200, 0, true,  'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'",
        "GET,  200, 7, true,  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n2\r\nab\r\n0\r\nt: v\r\n\r\n'",
        "GET,  200, 17, true, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n11\r\n12345678901234567\r\n0\r\n\r\n'",
        "GET,  204, 0, true,  'HTTP/1.1 204 No Content\r\n\r\n'",
        "GET,  304, 0, true,  'HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n'",
        "HEAD, 200, 0, true,  'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n'",
        "GET,  200, 1, true,  'HTTP/1.1 103 Early Hints\r\na: b\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx'",
        "GET,  503, 1, false, 'HTTP/1.1 503 No\r\nConnection: close\r\ncontent-length: 1\r\n\r\nx'",
        "GET,  200, 1, false, 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx'",
        "GET,  200, 1, true,  'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\nx'"
    })
    void readsAnAnswerToItsExactEnd(String method, int status, long bytes, boolean reusable, String wire)
            throws IOException {
        var answer = answer(method, wire, TIMEOUT);

        assertThat(answer).isEqualTo(new HttpAnswer(status, bytes, reusable, ""));
    }

    @Test
    void readsABodyThatTheCloseEnds() throws IOException {
        var answer = new AnswerReader(
                        new ByteArrayInputStream("HTTP/1.1 200 OK\r\n\r\nhello".getBytes(StandardCharsets.US_ASCII)),
                        () -> {})
                .next(false);

        assertThat(answer).isEqualTo(new HttpAnswer(200, 5, false, ""));
    }

    @Test
    void namesTheBackend() throws IOException {
        var answer = answer("GET", "HTTP/1.1 200 OK\r\nX-Backend:  b \r\ncontent-length: 0\r\n\r\n", TIMEOUT);

        assertThat(answer.backend()).isEqualTo("b");
    }

    @Test
    void forgetsTheBackendOfTheAnswerBefore() throws IOException {
        var end = "content-length: 0\r\n\r\n";
        try (var origin = new Origin(n -> "HTTP/1.1 200 OK\r\n" + (n == 2 ? "" : "x-backend: b\r\n") + end);
                var connection = HttpConnection.open(origin.address(), TIMEOUT)) {
            var request = origin.target().get();

            assertThat(connection.exchange(request, TIMEOUT).backend()).isEqualTo("b");
            assertThat(connection.exchange(request, TIMEOUT).backend()).isEmpty();
            assertThat(connection.exchange(request, TIMEOUT).backend()).isEqualTo("b");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "HTTP/2 200 OK is not spoken here\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 200 OK\ncontent-length: 0\n\n",
                "HTTP/1.1 200 OK\r\nnocolon\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nxyz\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxspare",
                ""
            })
    void refusesWhatIsNoAnswer(String wire) {
        assertThatThrownBy(() -> answer("GET", wire, TIMEOUT)).isInstanceOf(IOException.class);
    }

    @Test
    void givesUpAnAnswerThatDoesNotEnd() {
        var wire = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";

        assertThatThrownBy(() -> answer("GET", wire, Duration.ofMillis(50))).isInstanceOf(SocketTimeoutException.class);
    }
}
