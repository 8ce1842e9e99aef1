// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Users with passwords. */
@Timeout(60)
class BasicFilterTest {
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private static String hash(String password, int cost) {
        return BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(cost, password.toCharArray());
    }

    private AuthScene scene(String keys) throws IOException {
        Path file = Files.writeString(
                folder.resolve("users"),
                "anna:" + hash("secret:1", 5) + ":admin,reader\nbob:" + hash("p\u00e4ss", 4) + "\n");
        AuthScene scene = new AuthScene(
                "basic: {users: \"file:" + file + "\"" + (keys.isEmpty() ? "" : ", " + keys) + "}", Map.of());
        open.add(scene);
        return scene;
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static Seen refusal(Way way, String cause) {
        return way == Way.GRPC ? new Seen(200, 16, cause, true) : new Seen(401, Exchange.NONE, cause, true);
    }

    @ParameterizedTest
    @EnumSource
    void letsUsersPassAndKnowsThemAgain(Way way) throws IOException {
        AuthScene scene = scene("");
        CauseCaller caller = scene.caller(way);

        assertThat(caller.ask("/a")).isEqualTo(refusal(way, "credentials-missing"));
        assertThat(caller.ask("/a", "authorization", basic("anna:wrong"))).isEqualTo(refusal(way, "bad-credentials"));
        assertThat(caller.ask("/a", "authorization", basic("anna:secret:1")).status())
                .isEqualTo(200);
        assertThat(caller.ask("/a", "authorization", basic("anna:secret:1")).status())
                .isEqualTo(200);

        scene.gateway().ended();
        scene.gateway().ended();
        Identity anna = Objects.requireNonNull(scene.gateway().ended().identity());
        assertThat(anna.subject()).isEqualTo("anna");
        assertThat(anna.proof()).isEqualTo(Identity.Proof.PASSWORD);
        assertThat(anna.values(Identity.ROLES)).containsExactly("admin", "reader");
        assertThat(scene.gateway().ended().identity()).isSameAs(anna);
    }

    @ParameterizedTest
    @ValueSource(strings = {":", "anna", "anna:", "nobody:secret:1", "bob:secret:1", "anna:secret:1\0x", "anna:secret"})
    void refusesWhatIsWrongAlike(String pair) throws IOException {
        assertThat(scene("").answer("/", "authorization", basic(pair)))
                .startsWith("HTTP/1.1 401")
                .contains(
                        "x-penstock-cause: bad-credentials",
                        "www-authenticate: Basic realm=\"who\", charset=\"UTF-8\"\r\n");
    }

    @Test
    void refusesPasswordsThatBcryptWouldCut() throws IOException {
        assertThat(scene("").answer("/", "authorization", basic("anna:" + "x".repeat(73))))
                .startsWith("HTTP/1.1 401");
        assertThat(scene("").answer("/", "authorization", basic("anna:" + "x".repeat(3000))))
                .startsWith("HTTP/1.1 401");
        assertThat(scene("").answer("/", "authorization", "Basic !!!")).startsWith("HTTP/1.1 401");
    }

    @Test
    void takesNamesAndPasswordsInUtf8AndHidesThem() throws IOException {
        AuthScene scene = scene("claim-fields: {x-user: sub, x-roles: roles}");

        scene.answer("/seen", "authorization", basic("bob:p\u00e4ss"), "X-User", "root", "X-Roles", "root");

        assertThat(scene.seen())
                .singleElement()
                .satisfies(head -> assertThat(head)
                        .contains("x-user: bob\r\n")
                        .doesNotContain("authorization", "root", "x-roles"));
    }

    /** A check takes its time; with one turn and no patience the others are refused, and everybody else is served. */
    @Test
    void checksNoMorePasswordsAtATimeThanItMay() throws Exception {
        Path file = Files.writeString(folder.resolve("slow"), "slow:" + hash("secret", 12) + "\n");
        AuthScene scene = new AuthScene("basic: {users: \"file:" + file + "\", checks: 1, turn-wait: 0s}", Map.of());
        open.add(scene);
        FramePeer client = scene.gateway().client();
        int[] streams = new int[20];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = client.get("/a", "authorization", basic("slow:wrong-" + i));
        }

        assertThat(client.awaitHead(client.get("/free")).status()).isEqualTo("200");
        List<String> statuses = new ArrayList<>();
        for (int stream : streams) {
            statuses.add(String.valueOf(client.awaitHead(stream).status()));
        }
        assertThat(statuses).contains("401", "503").containsOnly("401", "503");
        assertThat(client.awaitHead(client.get("/a", "authorization", basic("slow:secret")))
                        .status())
                .isEqualTo("200");
    }
}
