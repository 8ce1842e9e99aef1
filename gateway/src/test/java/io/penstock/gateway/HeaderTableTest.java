// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A listener whose HPACK table is smaller than the one that every peer begins with (RFC 9113 §6.5.3, RFC 7541 §4.2). */
class HeaderTableTest {
    private static final int COMPRESSION_ERROR = 9;
    private static final int HEADER_TABLE_SIZE = 1;
    private static final byte[] UPDATE_TO_256 = {0x3f, (byte) 0xe1, 0x01};
    private static final byte[] NEWEST_ENTRY = {(byte) 0xbe};
    private static final String LARGE = "v".repeat(1_000);

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.with("""
            listeners: [{name: main, address: 127.0.0.1, port: 0, http2: {header-table-bytes: 256B}}]
            routes: [{name: all, cluster: origin}]
            clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
            admin: {port: 0}
            access-log: {output: none}
            """);

    private static byte[] get() {
        return FramePeer.block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "example.test");
    }

    /** A field that enters the table. */
    private static byte[] indexed() {
        byte[] field = FramePeer.block("x-large", LARGE);
        field[0] = 0x40;
        return field;
    }

    private static void request(FramePeer client, byte[] block) {
        client.frame(WireFrame.HEADERS, WireFrame.END_HEADERS | WireFrame.END_STREAM, client.newStream(), block);
    }

    @Test
    void letsAPeerUseTheDefaultTableUntilItAcknowledges() {
        try (FramePeer client = FramePeer.connectSlow(gateway.address())) {
            client.awaitSettings();

            request(client, FramePeer.joined(get(), indexed()));
            FramePeer origin = gateway.origin().connection();
            assertThat(origin.awaitHead(1).value("x-large")).isEqualTo(LARGE);
            request(client, FramePeer.joined(get(), NEWEST_ENTRY));
            assertThat(origin.awaitHead(3).value("x-large")).isEqualTo(LARGE);
            client.acknowledgeSettings();
            request(client, FramePeer.joined(UPDATE_TO_256, get()));

            assertThat(origin.awaitHead(5).value(":path")).isEqualTo("/");
        }
    }

    @Test
    void emptiesTheTableThatBecameTooSmall() {
        try (FramePeer client = FramePeer.connectSlow(gateway.address())) {
            client.awaitSettings();
            request(client, FramePeer.joined(get(), indexed()));
            gateway.origin().connection().awaitHead(1);
            client.acknowledgeSettings();

            request(client, FramePeer.joined(FramePeer.joined(UPDATE_TO_256, get()), NEWEST_ENTRY));

            assertThat(client.await(0, WireFrame.GOAWAY).code()).isEqualTo(COMPRESSION_ERROR);
        }
    }

    @Test
    void endsTheConnectionOfAPeerThatAcknowledgesAndDoesNotUpdate() {
        try (FramePeer client = FramePeer.connectSlow(gateway.address())) {
            client.awaitSettings();
            client.acknowledgeSettings();

            request(client, get());

            assertThat(client.await(0, WireFrame.GOAWAY).code()).isEqualTo(COMPRESSION_ERROR);
        }
    }

    @Test
    void advertisesItsSize() {
        try (FramePeer client = FramePeer.connectSlow(gateway.address())) {
            assertThat(client.await(0, WireFrame.SETTINGS).setting(HEADER_TABLE_SIZE))
                    .hasValue(256);
        }
    }
}
