// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** Address lists of one node, on each way an exchange is served. */
@Timeout(60)
class AddressListFilterTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    final Kept open = new Kept();

    @TempDir
    Path folder;

    private static String yaml(String list) {
        return """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: all, path-prefix: /, cluster: origin, filters: [list]}
                  - {name: limited, path-prefix: /limited, cluster: origin, filters: [list, limit]}
                  - {name: known, path-prefix: /known, cluster: origin, filters: [list, known]}
                  - {name: free, path-prefix: /free, cluster: origin}
                clusters: [{name: origin, endpoints: ["${GOOD}"], upstream: {protocol: h2c}}]
                filters:
                  - {name: list, address-list: {%s}}
                  - {name: limit, rate-limit: {layers: [{key: [client], rate: 1/h, burst: 1}]}}
                  - {name: known, basic: {users: "${USERS}"}}
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(list);
    }

    private RunningGateway gateway(String list) {
        HostileOrigin origin = open.add(HostileOrigin.reformed());
        return open.add(RunningGateway.with(yaml(list))
                .variable("GOOD", origin.address())
                .variable("USERS", "anna:$2y$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234")
                .start());
    }

    private CauseCaller caller(RunningGateway gateway, Way way) {
        CauseCaller caller = open.add(CauseCaller.of(way, gateway));
        if (way == Way.HTTP1_AGAIN) {
            caller.ask("/free");
            caller.ask("/free");
            gateway.ended();
            gateway.ended();
        }
        return caller;
    }

    private static String page(RunningGateway gateway, String path) throws IOException {
        URI page = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + path);
        try (InputStream in = page.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static boolean served(Seen seen) {
        return seen.status() == 200 && seen.grpcStatus() <= 0;
    }

    private static boolean denied(Seen seen, Way way) {
        return way == Way.GRPC ? seen.grpcStatus() == 7 : seen.status() == 403;
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhoIsDeniedAndLeavesTheConnectionUsable(Way way) {
        RunningGateway gateway = gateway("deny: [127.0.0.0/24], allow: [127.0.0.1]");
        CauseCaller caller = caller(gateway, way);
        assertThat(caller.ask("/a").cause()).isNull();
        gateway.ended();

        Seen refused = caller.ask("/a", "x-forwarded-for", "127.0.0.9");

        assertThat(refused)
                .isEqualTo(new Seen(
                        way == Way.GRPC ? 200 : 403, way == Way.GRPC ? 7 : Exchange.NONE, "address-denied", true));
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isEqualTo(Cause.ADDRESS_DENIED);
        assertThat(exchange.detail()).isEqualTo("127.0.0.9 is denied by 127.0.0.0/24 of list");
        assertThat(exchange.attempts()).isZero();
        assertThat(caller.reusable()).isTrue();
        assertThat(served(caller.ask("/a"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 403",
        "192.0.3.7, 200",
        "'192.0.2.7, 192.0.3.7', 200", // the left one is what a stranger says
        "'192.0.3.7, 192.0.2.7', 403",
        "'192.0.2.7, 127.0.0.5', 403", // through two proxies of ours
        "2001:db8::1, 403",
        "2001:db9::1, 200",
        "'[2001:DB8::1]:4711', 403",
        "unknown, 200",
    })
    void goesByWhatTrustedProxiesSay(String forwarded, int status) {
        RunningGateway gateway = gateway("deny: [192.0.2.0/24, '2001:db8::/32']");

        assertThat(caller(gateway, Way.HTTP1)
                        .ask("/a", "x-forwarded-for", forwarded)
                        .status())
                .isEqualTo(status);
    }

    @SuppressWarnings("AddressSelection") // a literal
    @Test
    void knowsCallersOfItsOwnByIpv6() throws IOException {
        HostileOrigin origin = open.add(HostileOrigin.reformed());
        RunningGateway gateway = open.add(
                RunningGateway.with(yaml("deny: ['::1']").replace("address: 127.0.0.1, port", "address: \"::1\", port"))
                        .variable("GOOD", origin.address())
                        .variable("USERS", "anna:$2y$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234")
                        .start());
        InetSocketAddress address =
                new InetSocketAddress("::1", gateway.address().getPort());

        try (Http1Origin.Connection connection =
                new Http1Origin.Connection(new Socket(address.getAddress(), address.getPort()))) {
            connection.send("GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n");
            assertThat(connection.head()).startsWith("HTTP/1.1 403 ");
        }
        assertThat(gateway.ended().detail()).isEqualTo("::1 is denied by ::1 of list");
    }

    @ParameterizedTest
    @EnumSource
    void blocksWhoRunsIntoALimitTooOften(Way way) throws IOException {
        RunningGateway gateway = gateway("automatic: {refusals: 3, block-for: 1h}");
        CauseCaller caller = caller(gateway, way);
        for (int i = 0; i < 3; i++) {
            caller.ask("/limited"); // the first one is served
            gateway.ended();
        }
        assertThat(served(caller.ask("/a"))).isTrue();
        gateway.ended();

        assertThat(caller.ask("/limited").cause()).isEqualTo("rate-limited");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.RATE_LIMITED);
        Seen blocked = caller.ask("/a");

        assertThat(blocked.cause()).isEqualTo("address-denied");
        assertThat(denied(blocked, way)).isTrue();
        assertThat(gateway.ended().detail())
                .startsWith("127.0.0.1 is blocked with 127.0.0.1, for 36")
                .endsWith(" s more: 3 refusals within 1m, the last one rate-limited");
        assertThat(caller.reusable()).isTrue();
        assertThat(served(caller.ask("/free"))).isTrue();
        assertThat(served(caller.ask("/a", "x-forwarded-for", "127.0.0.9"))).isTrue();
        assertThat(page(gateway, "/metrics"))
                .contains("gateway_address_list_denied_total{filter=\"list\",origin=\"automatic\"} 1.0\n")
                .contains("gateway_address_list_blocks_total{filter=\"list\"} 1.0\n")
                .contains("gateway_address_list_networks{filter=\"list\",origin=\"automatic\"} 1.0\n");
    }

    @Test
    void blocksWhoGuessesPasswordsForItsTime() {
        RunningGateway gateway = gateway("automatic: {refusals: 4, block-for: 1s}");
        CauseCaller caller = caller(gateway, Way.HTTP2);
        for (int i = 0; i < 4; i++) {
            assertThat(caller.ask("/known", "authorization", "Basic YW5uYTp3cm9uZw==")
                            .cause())
                    .isEqualTo("bad-credentials");
            gateway.ended();
        }

        assertThat(caller.ask("/a").cause()).isEqualTo("address-denied");
        Await.until("the end of the block", SOON, () -> served(caller.ask("/a")));
    }

    @Test
    void onlyCountsWhereItReports() throws IOException {
        RunningGateway gateway = gateway("deny: [127.0.0.1], mode: report");
        CauseCaller caller = caller(gateway, Way.GRPC);

        assertThat(served(caller.ask("/a"))).isTrue();
        assertThat(page(gateway, "/metrics"))
                .contains("gateway_address_list_denied_total{filter=\"list\",origin=\"file\"} 1.0\n");
        assertThat(page(gateway, "/v1/addresses")).contains("\"mode\":\"report\"");
    }

    @Test
    void showsWhomItDeniesAndWhy() throws Exception {
        RunningGateway gateway = gateway("deny: [192.0.2.0/24], allow: ['2001:db8::/32'], automatic: {refusals: 2}");
        CauseCaller caller = caller(gateway, Way.HTTP2);
        for (String client : new String[] {"10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.2"}) {
            caller.ask("/limited", "x-forwarded-for", client);
            gateway.ended();
        }
        caller.ask("/a", "x-forwarded-for", "192.0.2.1");

        assertThat(page(gateway, "/v1/addresses").replaceAll("secondsLeft\":(600|5\\d\\d),", "secondsLeft\":N,"))
                .isEqualTo("{\"addressLists\":[{\"filter\":\"list\",\"mode\":\"enforce\","
                        + "\"networks\":{\"file\":2,\"store\":0,\"automatic\":1},"
                        + "\"deniedRequests\":{\"file\":1,\"store\":0,\"automatic\":0,\"otherwise\":0},\"blocks\":1,"
                        + "\"denied\":[{\"network\":\"10.0.0.1\",\"origin\":\"automatic\",\"secondsLeft\":N,"
                        + "\"why\":\"2 refusals within 1m, the last one rate-limited\"},"
                        + "{\"network\":\"192.0.2.0/24\",\"origin\":\"file\",\"why\":\"\"}],\"more\":false}]}\n");
        assertThat(page(gateway, "/v1/addresses/10.0.0.2"))
                .isEqualTo("{\"address\":\"10.0.0.2\",\"addressLists\":[{\"filter\":\"list\",\"denied\":false,"
                        + "\"network\":\"\",\"origin\":\"otherwise\",\"why\":\"\",\"refusals\":1}]}\n");
        assertThat(page(gateway, "/v1/addresses/2001:db8::1"))
                .contains("\"denied\":false,\"network\":\"2001:db8::/32\",\"origin\":\"file\"");
        assertThat(page(gateway, "/v1/addresses/192.0.2.77"))
                .contains("\"denied\":true,\"network\":\"192.0.2.0/24\",\"origin\":\"file\"");
        assertThat(page(gateway, "/v1/memory"))
                .contains("\"name\":\"list.counted\",\"unit\":\"entries\",\"used\":1,\"capacity\":100000,")
                .contains("\"name\":\"list.blocked\",\"unit\":\"entries\",\"used\":1,\"capacity\":100000,");
        HttpURLConnection wrong = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + "/v1/addresses/host")
                        .toURL()
                        .openConnection();
        assertThat(wrong.getResponseCode()).isEqualTo(400);
    }

    @Test
    void explainsToTrustedCallers() {
        RunningGateway gateway = gateway("deny: [127.0.0.9]");
        FramePeer client = gateway.client();

        assertThat(explained(client, "x-forwarded-for", "127.0.0.9")).contains("list: refused: address-denied");
        assertThat(explained(client)).contains("list: 127.0.0.1 is in no network of list, so allowed");
    }

    private static String explained(FramePeer client, String... fields) {
        int stream = client.get("/a", FramePeer.joined(fields, "x-penstock-explain", "1"));
        client.awaitHead(stream);
        return new String(client.awaitRest(stream).body(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deny: [192.0.2.0/24] | 192.0.2.1 | list: refused: address-denied",
                "deny: [192.0.2.0/24] | 192.0.3.1 | list: 192.0.3.1 is in no network of list, so allowed",
                "deny: [192.0.2.0/24], mode: report | 192.0.2.1 | list: 192.0.2.1 is denied by 192.0.2.0/24 of list, only reported",
                "store: shared | 192.0.2.1 | so allowed, as far as it is known without store shared",
            })
    void explainsOffline(String list, String peer, String words) throws IOException {
        Path file = Files.writeString(folder.resolve("gateway.yaml"), """
                listeners: [{port: 0}]
                routes: [{name: all, answer: {status: 200}, filters: [list]}]
                filters: [{name: list, address-list: {%s}}]
                stores: [{name: shared, redis: {url: "redis://127.0.0.1:1"}}]
                """.formatted(list));
        StringWriter out = new StringWriter();

        int code = new CommandLine(new Main())
                .setOut(new PrintWriter(out, true))
                .execute("explain", "--config", file.toString(), "--peer", peer, "GET", "/a");

        assertThat(code).isZero();
        assertThat(out.toString().replaceAll("\\s+", " ")).contains(words);
    }

    @Test
    void remembersOverAReloadUnlessItSaysSomethingElse() throws IOException {
        RunningGateway gateway = gateway("automatic: {refusals: 1}");
        CauseCaller caller = caller(gateway, Way.HTTP2);
        caller.ask("/limited");
        caller.ask("/limited");
        gateway.ended();
        gateway.ended();
        assertThat(caller.ask("/a").cause()).isEqualTo("address-denied");

        gateway.applyAgain();
        assertThat(caller.ask("/a").cause()).isEqualTo("address-denied");
        gateway.apply(yaml("automatic: {refusals: 2}"));
        assertThat(served(caller.ask("/a"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "allow: [10.0.0.0/8] | filters[0].address-list.deny: is missing, expected networks, a store,",
                "deny: [10.0.0.1/8] | filters[0].address-list.deny[0]: 10.0.0.1/8 has bits after its prefix",
                "deny: [a.test] | filters[0].address-list.deny[0]: a.test is not an IP network",
                "deny: [10.0.0.1 until later] | filters[0].address-list.deny[0]: later is not a time, expected one such as",
                "deny: [10.0.0.1], allow: [10.0.0.1/32] | filters[0].address-list.deny[0]: 10.0.0.1 is listed before",
                "otherwise: deny, automatic: {} | filters[0].address-list.automatic: blocks nobody where",
                "automatic: {causes: []} | filters[0].address-list.automatic.causes: is empty",
                "automatic: {causes: [address-denied]} | filters[0].address-list.automatic.causes[0]: address-denied is not a cause",
                "store: nowhere | filters[0]: nowhere is not in stores",
                "store: nowhere, prefix: '' | filters[0].address-list.prefix: \"\" is not a prefix",
            })
    void saysWhatIsWrong(String list, String problem) {
        assertThatThrownBy(() -> ConfigReader.read(yaml(list), Map.of("GOOD", "127.0.0.1:1", "USERS", "a:b")))
                .hasMessageContaining(problem);
    }
}
