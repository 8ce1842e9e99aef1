// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.simulation;

import static io.gatling.javaapi.core.CoreDsl.RawFileBody;
import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.core.CoreDsl.sha1;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Large bodies down, each compared by its SHA-1, and up, each counted by the backend. */
public final class LargeBodiesSimulation extends Simulation {

    private static final int USERS = 4;
    private static final int CHUNK = 64 << 10;

    private final Stage stage = Stage.read();

    /** Makes one of each for each user, again and again. */
    public LargeBodiesSimulation() {
        long bytes = bytes(stage);
        var down = http("down").get(stage.at("/bytes/" + bytes)).check(status().is(200), sha1().is(zeros(bytes)));
        var up = http("up")
                .post(stage.at("/sink"))
                .body(RawFileBody(file(bytes).toString()))
                .check(status().is(200), bodyString().is("bytes=" + bytes + "\n"));
        setUp(scenario("bodies")
                        .exec(repeat(each(stage)).on(exec(down).exec(up)))
                        .injectOpen(atOnceUsers(USERS)))
                .protocols(Stage.plainHttp())
                .assertions(
                        global().failedRequests().count().is(0L),
                        details("down").successfulRequests().count().is(bodies(stage)),
                        details("up").successfulRequests().count().is(bodies(stage)));
    }

    /** Sparse: all zeros, as what the backend sends. */
    private Path file(long bytes) {
        var path = stage.work().resolve("upload");
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(bytes);
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String zeros(long bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-1");
            var chunk = new byte[CHUNK];
            for (long left = bytes; left > 0; left -= Math.min(left, CHUNK)) {
                digest.update(chunk, 0, (int) Math.min(left, CHUNK));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private static int each(Stage stage) {
        return stage.of(3, 10);
    }

    /** Bodies of each direction. */
    public static long bodies(Stage stage) {
        return (long) USERS * each(stage);
    }

    /** Length of each. */
    public static long bytes(Stage stage) {
        return (long) stage.of(8, 64) << 20;
    }
}
