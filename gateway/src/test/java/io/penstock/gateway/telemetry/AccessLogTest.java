// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.AccessLogConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AccessLogTest {
    @TempDir
    Path folder;

    @Test
    void writesALineForEachExchangeFromManyThreads() throws Exception {
        Path file = folder.resolve("access.log");
        var log = new AccessLog(new AccessLogConfig(file.toString(), 100_000));
        log.start();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 8; t++) {
            String route = "r" + t;
            threads.add(Thread.startVirtualThread(() -> {
                for (int i = 0; i < 2_000; i++) {
                    Exchanges.of(log)
                            .route(route)
                            .requestId(route + "-" + i)
                            .status(200)
                            .end();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        log.close();

        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(16_000);
        assertThat(lines.stream().map(AccessLogTest::id).distinct()).hasSize(16_000);
        assertThat(lines.stream()
                        .map(AccessLogTest::id)
                        .filter(id -> id.startsWith("r3-"))
                        .toList())
                .isEqualTo(IntStream.range(0, 2_000).mapToObj(i -> "r3-" + i).toList());
        assertThat(log.written()).isEqualTo(16_000);
        assertThat(log.dropped()).isZero();
    }

    @Test
    void dropsAndCountsWhatTheQueueCannotHold() throws Exception {
        Path file = folder.resolve("access.log");
        var log = new AccessLog(new AccessLogConfig(file.toString(), 100));
        for (int i = 0; i < 250; i++) {
            Exchanges.of(log).requestId("x" + i).end();
        }

        log.start();
        log.close();

        assertThat(log.dropped()).isEqualTo(150);
        assertThat(Files.readAllLines(file).stream().map(AccessLogTest::id))
                .hasSize(100)
                .contains("x0", "x99");
    }

    @Test
    void doesNotHoldTrafficUpWhileTheReaderOfItsOutputIsStuck() throws Exception {
        Path pipe = folder.resolve("pipe");
        Assumptions.assumeTrue(madeFifo(pipe), "mkfifo is not here: the stuck output is skipped");
        var log = new AccessLog(new AccessLogConfig(pipe.toString(), 64));
        var held = Thread.startVirtualThread(log::start);
        try (InputStream reader = Files.newInputStream(pipe)) {
            held.join();

            for (int i = 0; i < 20_000; i++) {
                Exchanges.of(log).requestId("x" + i).end();
            }
            await(() -> log.dropped() > 0);
            var read = new ArrayList<String>();
            var drainer = Thread.startVirtualThread(() -> readAll(reader, read));
            log.close();
            drainer.join();

            assertThat(read).hasSize((int) log.written());
            assertThat(log.written() + log.dropped()).isEqualTo(20_000);
            assertThat(log.lost()).isZero();
        }
    }

    @Test
    void goesOverToANewFileWhenItIsReopened() throws Exception {
        Path file = folder.resolve("access.log");
        Path moved = folder.resolve("access.log.1");
        var log = new AccessLog(new AccessLogConfig(file.toString(), 100));
        log.start();
        Exchanges.of(log).requestId("before").end();
        await(() -> log.written() == 1);

        Files.move(file, moved);
        log.reopen();
        await(() -> Files.exists(file));
        Exchanges.of(log).requestId("after").end();
        log.close();

        assertThat(Files.readAllLines(moved).stream().map(AccessLogTest::id)).containsExactly("before");
        assertThat(Files.readAllLines(file).stream().map(AccessLogTest::id)).containsExactly("after");
    }

    @Test
    void appendsToAFileThatIsThereAlready() throws Exception {
        Path file = folder.resolve("access.log");
        Files.writeString(file, "{}\n");
        var log = new AccessLog(new AccessLogConfig(file.toString(), 100));
        log.start();

        Exchanges.of(log).requestId("a").end();
        log.close();

        assertThat(Files.readAllLines(file)).hasSize(2).first().isEqualTo("{}");
    }

    @Test
    void countsWhatAFullDiskDoesNotTakeAndGoesOnWhenThereIsRoom() throws Exception {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "/dev/full is not here: the full disk is skipped");
        Path file = Files.createSymbolicLink(folder.resolve("access.log"), full);
        var log = new AccessLog(new AccessLogConfig(file.toString(), 100));
        log.start();
        for (int i = 0; i < 3; i++) {
            Exchanges.of(log).requestId("lost").end();
        }
        await(() -> log.lost() == 3);

        Files.delete(file);
        Exchanges.of(log).requestId("kept").end();
        log.close();

        assertThat(Files.readAllLines(file).stream().map(AccessLogTest::id)).containsExactly("kept");
        assertThat(log.lost()).isEqualTo(3);
        assertThat(log.written()).isEqualTo(1);
    }

    @Test
    void namesTheKeyWhenItsFileCannotBeOpened() {
        var log = new AccessLog(
                new AccessLogConfig(folder.resolve("no/such/folder").toString(), 100));

        assertThatThrownBy(log::start)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("access-log.output")
                .hasMessageContaining("no/such/folder");
    }

    @Test
    void countsAsDroppedWhatEndsAfterItWasClosed() {
        var log = new AccessLog(new AccessLogConfig(folder.resolve("a").toString(), 100));
        log.start();
        log.close();

        Exchanges.of(log).end();

        assertThat(log.dropped()).isEqualTo(1);
    }

    @Test
    void closesWithinItsTimeWhenTheOutputIsStuck() throws Exception {
        Path pipe = folder.resolve("pipe");
        Assumptions.assumeTrue(madeFifo(pipe), "mkfifo is not here: the stuck output is skipped");
        var log = new AccessLog(new AccessLogConfig(pipe.toString(), 10_000));
        var held = Thread.startVirtualThread(log::start);
        try (InputStream reader = Files.newInputStream(pipe)) {
            held.join();
            for (int i = 0; i < 5_000; i++) {
                Exchanges.of(log).end();
            }

            long before = System.nanoTime();
            log.close();

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
            assertThat(log.written()).isLessThan(5_000);
            assertThat(reader.read()).isEqualTo('{');
        }
    }

    @Test
    void writesNothingWhenItIsSwitchedOff() {
        var log = new AccessLog(new AccessLogConfig("none", 1));
        log.start();

        Exchanges.of(log).end();
        Exchanges.of(log).end();
        log.close();

        assertThat(log.written() + log.dropped() + log.lost()).isZero();
    }

    @Test
    void showsItsCounters() throws Exception {
        var metrics = new Metrics();
        var log = new AccessLog(new AccessLogConfig(folder.resolve("a").toString(), 1));
        log.register(metrics);

        Exchanges.of(log).end();
        Exchanges.of(log).end();

        var out = new ByteArrayOutputStream();
        metrics.write(out);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("gateway_accesslog_dropped_total 1.0\n")
                .contains("gateway_accesslog_waiting 1.0\n");
    }

    private static String id(String line) {
        try {
            byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
            return LogLineTest.json(bytes, bytes.length).getOrDefault("id", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean madeFifo(Path path) {
        try {
            return new ProcessBuilder("mkfifo", path.toString()).start().waitFor() == 0;
        } catch (Exception e) {
            return false;
        }
    }

    private static void readAll(InputStream in, List<String> lines) {
        try {
            new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().forEach(lines::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The log has no latch to offer from its writer; the test's timeout bounds the wait. */
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
