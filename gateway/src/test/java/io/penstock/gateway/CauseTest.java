// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.CauseRow.Ending;
import io.penstock.gateway.CauseRow.Next;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every cause, brought about from outside: what callers see of it, what the operator sees, and that it passes. */
@Timeout(60)
class CauseTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    /** What callers get: of HTTP, and of gRPC. */
    private record Statuses(int http, int grpc) {}

    private static Statuses statuses(Cause cause) {
        return switch (cause) {
            case BAD_DIGEST, BAD_PATH, BAD_ROUTE_KEY, NO_ROUTE_KEY -> new Statuses(400, 3);
            case MALFORMED_REQUEST, DOWNSTREAM_PROTOCOL -> new Statuses(400, 13);
            case BAD_CREDENTIALS, CREDENTIALS_EXPIRED, CREDENTIALS_MISSING, CREDENTIALS_REPLAYED, CREDENTIALS_REVOKED ->
                new Statuses(401, 16);
            case ADDRESS_DENIED, PERMISSION_DENIED, TARGET_NOT_ALLOWED -> new Statuses(403, 7);
            case UPGRADE_REFUSED -> new Statuses(403, 12);
            case KEY_UNKNOWN -> new Statuses(404, 5);
            case NO_ROUTE -> new Statuses(404, 12);
            case REQUEST_TIMEOUT -> new Statuses(408, 1);
            case BODY_TOO_LARGE -> new Statuses(413, 8);
            case URI_TOO_LONG -> new Statuses(414, 8);
            case RATE_LIMITED -> new Statuses(429, 8);
            case HEADER_TOO_LARGE -> new Statuses(431, 8);
            case DOWNSTREAM_GONE -> new Statuses(499, 1);
            case INTERNAL -> new Statuses(500, 13);
            case METHOD_NOT_SERVED, PROTOCOL_UNSUPPORTED -> new Statuses(501, 12);
            case RESPONSE_TOO_LARGE -> new Statuses(502, 8);
            case GRPC_OVER_HTTP1 -> new Statuses(502, 12);
            case MALFORMED_TARGET, UPSTREAM_HEADER_TOO_LARGE, UPSTREAM_PROTOCOL -> new Statuses(502, 13);
            case CONNECT_REFUSED, NAME_UNRESOLVED, TLS_FAILED, UPSTREAM_RESET -> new Statuses(502, 14);
            case UPSTREAM_BAD_DIGEST -> new Statuses(502, 15);
            case CHECK_UNAVAILABLE,
                    CIRCUIT_OPEN,
                    DRAINING,
                    NO_ENDPOINT,
                    NO_LOCAL_PORT,
                    OVERLOADED,
                    STORE_UNAVAILABLE,
                    TOO_MANY_CONNECTIONS,
                    TOO_MANY_STREAMS,
                    UPSTREAM_GOAWAY,
                    UPSTREAM_REFUSED -> new Statuses(503, 14);
            case VERSION_UNSUPPORTED -> new Statuses(505, 12);
            case DEADLINE -> new Statuses(504, 4);
            case CONNECT_TIMEOUT, FIRST_BYTE_TIMEOUT, UPSTREAM_IDLE, UPSTREAM_NOT_READING -> new Statuses(504, 14);
        };
    }

    static Stream<Arguments> rows() {
        return CauseRows.all().stream()
                .flatMap(row -> row.ways().stream().flatMap(CauseTest::forms).map(way -> Arguments.of(row, way)));
    }

    /** A connection's first request has a thread; a further one may have none. */
    private static Stream<Way> forms(Way way) {
        return way == Way.HTTP1 ? Stream.of(Way.HTTP1, Way.HTTP1_AGAIN) : Stream.of(way);
    }

    @ParameterizedTest(name = "{0}, by {1}")
    @MethodSource("rows")
    void isToldToCallersAndOperatorsAndPasses(CauseRow row, Way way, @TempDir Path folder) throws Exception {
        try (CauseScene scene = new CauseScene(row, way, folder)) {
            long before = scene.counted(row.cause());

            Seen seen = row.step().take(scene);

            Exchange exchange = scene.ended(row.cause());
            assertSeen(row, way, seen, exchange);
            assertThat(scene.counted(row.cause())).isEqualTo(before + 1);
            assertLogged(scene, row, exchange);
            assertNextIsServed(scene, row);
        }
    }

    private static void assertSeen(CauseRow row, Way way, Seen seen, Exchange exchange) {
        Statuses statuses = statuses(row.cause());
        boolean answered = row.ending() == Ending.REFUSED;
        if (row.ending() == Ending.NOTHING) {
            assertThat(seen).isEqualTo(Seen.NOTHING);
        } else {
            int status = answered && way != Way.GRPC ? statuses.http() : 200;
            assertThat(seen)
                    .as(exchange.detail())
                    .isEqualTo(new Seen(
                            status,
                            way == Way.GRPC ? statuses.grpc() : Exchange.NONE,
                            answered || way == Way.GRPC ? row.cause().slug() : null,
                            answered || way == Way.GRPC));
        }
        assertThat(exchange.status()).isEqualTo(seen.status());
        assertThat(exchange.grpcStatus()).isEqualTo(seen.grpcStatus());
    }

    private static void assertLogged(CauseScene scene, CauseRow row, Exchange exchange) {
        Await.until("logged", SOON, () -> !scene.logged(row.cause()).isEmpty());
        assertThat(scene.logged(row.cause())).singleElement().satisfies(line -> {
            if (exchange.status() == Exchange.NONE) {
                assertThat(line).doesNotContain("\"status\":");
            } else {
                assertThat(line).contains("\"status\":" + exchange.status() + ",");
            }
            assertThat(line)
                    .contains("\"blame\":\"" + row.cause().blame().name().toLowerCase(Locale.ROOT) + '"');
        });
    }

    private static void assertNextIsServed(CauseScene scene, CauseRow row) {
        if (row.next() == Next.NOBODY) {
            Await.refusal(scene.gateway().address().getPort());
            return;
        }
        scene.behave();
        Seen next = scene.ask(row.next() == Next.SAME ? "/hostile" : "/well");
        assertThat(next.status()).isEqualTo(200);
        assertThat(next.grpcStatus()).isIn(Exchange.NONE, 0);
        assertThat(next.whole()).isTrue();
        assertThat(scene.ended(null).status()).isEqualTo(200);
    }

    @Test
    void hasARowForEveryCause() {
        assertThat(CauseRows.all().stream().map(CauseRow::cause).distinct())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Cause.values())
                        .filter(cause -> cause != Cause.NO_LOCAL_PORT) // NoLocalPortTest: in a namespace with few ports
                        .toList());
    }
}
