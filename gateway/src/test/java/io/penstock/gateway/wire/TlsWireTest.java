// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both ends of one TLS connection: what passes, and what it costs while nothing does. */
@Timeout(60)
class TlsWireTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final int MOST_IDLE_BYTES = 4 * 1024;

    @TempDir
    static Path folder;

    private static SSLContext context;

    @SuppressWarnings("NullAway.Init") // each test connects by itself
    private ServerSocketChannel listening;

    @SuppressWarnings("NullAway.Init")
    private TlsWire client;

    @SuppressWarnings("NullAway.Init")
    private TlsWire server;

    @BeforeAll
    static void make() throws Exception {
        Path file = folder.resolve("store.p12");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "test",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.out").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("test", store.getCertificate("test"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    }

    @BeforeEach
    void listen() throws IOException {
        listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private void connect(String version) throws Exception {
        FutureTask<TlsWire> accepting = later(
                () -> TlsWire.connect(ChannelWire.of(listening.accept()), engine(false, version), PATIENCE_NANOS));
        ChannelWire raw = ChannelWire.connect((InetSocketAddress) listening.getLocalAddress(), Duration.ofSeconds(5));
        client = TlsWire.connect(raw, engine(true, version), PATIENCE_NANOS);
        server = accepting.get(20, TimeUnit.SECONDS);
    }

    private static SSLEngine engine(boolean clientMode, String version) {
        SSLEngine engine = context.createSSLEngine("localhost", 1);
        engine.setUseClientMode(clientMode);
        engine.setEnabledProtocols(new String[] {version});
        return engine;
    }

    private static <T> FutureTask<T> later(Callable<T> step) {
        FutureTask<T> task = new FutureTask<>(step);
        Thread.ofVirtual().start(task);
        return task;
    }

    @AfterEach
    void close() throws IOException {
        client.abort();
        server.abort();
        listening.close();
    }

    private static byte[] read(TlsWire from, int count, int bufferBytes) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[bufferBytes];
        while (all.size() < count) {
            int read = from.read(buffer, 0, buffer.length);
            assertThat(read).isPositive();
            all.write(buffer, 0, read);
        }
        return all.toByteArray();
    }

    /** Sends so many bytes to the server, and back. */
    private void exchange(int bytes) throws Exception {
        byte[] sent = new byte[bytes];
        new Random(bytes).nextBytes(sent);
        FutureTask<byte[]> reading = later(() -> read(server, bytes, 1024));
        client.write(sent, 0, sent.length);
        assertThat(reading.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        FutureTask<byte[]> answer = later(() -> read(client, bytes, 32 * 1024));
        server.write(sent, 0, sent.length);
        assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, 1, 1",
        "TLSv1.3, 100, 7",
        "TLSv1.3, 16384, 1024",
        "TLSv1.3, 16384, 65536",
        "TLSv1.3, 16385, 16384",
        "TLSv1.3, 500000, 4096",
        "TLSv1.3, 500000, 33000",
        "TLSv1.2, 500000, 4096",
        "TLSv1.2, 500000, 33000"
    })
    void passesWhatIsWrittenHoweverItIsRead(String version, int bytes, int bufferBytes) throws Exception {
        connect(version);
        byte[] sent = new byte[bytes];
        new Random(bytes).nextBytes(sent);
        FutureTask<byte[]> reading = later(() -> read(server, bytes, bufferBytes));

        client.write(sent, 0, sent.length);

        assertThat(reading.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
    }

    @Test
    void takesSmallAndLargeRecordsInTurn() throws Exception {
        connect("TLSv1.3");
        byte[] sent = new byte[3000];
        Arrays.fill(sent, (byte) 7);
        FutureTask<byte[]> reading = later(() -> read(server, 3 * sent.length, 512));

        for (int i = 0; i < 3; i++) {
            client.write(sent, 0, 1);
            client.write(sent, 1, 1);
            client.write(sent, 2, sent.length - 2);
        }

        assertThat(reading.get(20, TimeUnit.SECONDS)).containsOnly(7);
    }

    @Test
    void costsLittleWhileItIsIdle() throws Exception {
        connect("TLSv1.3");
        exchange(300);
        FutureTask<Integer> waiting = later(() -> server.read(new byte[1024], 0, 1024));

        server.restWriting();

        assertThat(server.bufferBytes()).isLessThanOrEqualTo(MOST_IDLE_BYTES);
        client.write(new byte[] {1, 2}, 0, 2);
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(2);
        exchange(300);
    }

    @Test
    void givesBackWhatLargeBodiesNeeded() throws Exception {
        connect("TLSv1.3");
        exchange(200_000);
        exchange(100);
        exchange(100);
        FutureTask<Integer> waiting = later(() -> server.read(new byte[1024], 0, 1024));

        server.restWriting();

        long until = System.nanoTime() + PATIENCE_NANOS;
        while (server.bufferBytes() > MOST_IDLE_BYTES && System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
        assertThat(server.bufferBytes()).isLessThanOrEqualTo(MOST_IDLE_BYTES);
        client.write(new byte[] {1}, 0, 1);
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void writesWhileItIsToldToRest() throws Exception {
        connect("TLSv1.3");
        byte[] sent = new byte[400_000];
        FutureTask<byte[]> reading = later(() -> read(client, sent.length, 8192));
        FutureTask<Boolean> writing = later(() -> {
            for (int at = 0; at < sent.length; at += 1000) {
                server.write(sent, at, 1000);
            }
            return true;
        });

        while (!writing.isDone()) {
            server.restWriting();
        }

        assertThat(writing.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(reading.get(20, TimeUnit.SECONDS)).hasSize(sent.length);
    }
}
