// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.listener.Http2Config;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamTableTest {
    private final StreamTable table = new StreamTable();

    @Test
    void findsEveryOpenStreamAmongRandomOnes() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            StreamTable streams = new StreamTable();
            Map<Integer, Http2Stream> model = new HashMap<>();
            for (int i = 0; i < 2_000; i++) {
                int id = 1 + 2 * random.nextInt(400);
                if (model.containsKey(id)) {
                    streams.remove(id, StreamTable.Ending.ENDED);
                    model.remove(id);
                } else if (random.nextInt(3) > 0) {
                    Http2Stream stream = stream(id);
                    streams.add(stream);
                    model.put(id, stream);
                }
                assertThat(streams.size()).isEqualTo(model.size());
                int probe = 1 + 2 * random.nextInt(400);
                assertThat(streams.get(probe)).isSameAs(model.get(probe));
            }
            assertThat(streams.all()).containsExactlyInAnyOrderElementsOf(model.values());
            model.forEach((id, stream) -> assertThat(streams.get(id)).isSameAs(stream));
        }
    }

    @Test
    void remembersHowRecentStreamsEnded() {
        table.add(stream(1));
        table.add(stream(3));
        table.remove(1, StreamTable.Ending.RESET_BY_US);
        table.remove(3, StreamTable.Ending.RESET_BY_PEER);
        table.remember(3, StreamTable.Ending.RESET_BY_US);

        assertThat(table.ending(1)).isEqualTo(StreamTable.Ending.RESET_BY_US);
        assertThat(table.ending(3)).isEqualTo(StreamTable.Ending.RESET_BY_US);
        assertThat(table.ending(5)).isEqualTo(StreamTable.Ending.UNKNOWN);
    }

    @Test
    void forgetsHowOldStreamsEnded() {
        table.remember(1, StreamTable.Ending.ENDED);
        for (int id = 3; id < 3 + 2 * 256; id += 2) {
            table.remember(id, StreamTable.Ending.ENDED);
        }

        assertThat(table.ending(1)).isEqualTo(StreamTable.Ending.UNKNOWN);
        assertThat(table.ending(3)).isEqualTo(StreamTable.Ending.ENDED);
    }

    @Test
    void ignoresTheRemovalOfAStreamThatIsNotThere() {
        table.add(stream(1));

        table.remove(7, StreamTable.Ending.ENDED);

        assertThat(table.size()).isEqualTo(1);
    }

    private static Http2Stream stream(int id) {
        return new Http2Stream(CONNECTION, id, NOTHING, 0, 0);
    }

    private static final Http2Connection CONNECTION = new Http2Connection(new NoWire(), config(), true, new NoRole());

    private static Http2Config config() {
        return ConfigReader.read("""
                        listeners: [{port: 0}]
                        routes: [{name: all, cluster: c}]
                        clusters: [{name: c, endpoints: ["127.0.0.1:1"]}]
                        """, Map.of()).listeners().getFirst().http2();
    }

    private static final StreamEvents NOTHING = new StreamEvents() {
        @Override
        public void bound(Http2Stream stream) {}

        @Override
        public void head(Head head, boolean end, Wakes wakes) {}

        @Override
        public void data(byte[] bytes, int offset, int length, boolean end, Wakes wakes) {}

        @Override
        public void trailers(Head trailers, Wakes wakes) {}

        @Override
        public void droppedTrailers(int count) {}

        @Override
        public void reset(int code, Wakes wakes) {}

        @Override
        public void broken(int code, String detail, Wakes wakes) {}

        @Override
        public void unprocessed(Wakes wakes) {}

        @Override
        public void lost(String detail, Wakes wakes) {}

        @Override
        public void written(int bytes, Wakes wakes) {}

        @Override
        public void closed(Wakes wakes) {}
    };

    private static final class NoWire implements Wire {
        @Override
        public int read(byte[] buffer, int offset, int length) {
            return -1;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {}

        @Override
        public void finish() {}

        @Override
        public void abort() {}
    }

    private static final class NoRole implements Http2Connection.Role {
        @Override
        public void opened(int streamId, Head head, boolean oversized, boolean end, Wakes wakes) {}

        @Override
        public void settings(Wakes wakes) {}

        @Override
        public void pong(long opaque, Wakes wakes) {}

        @Override
        public void goaway(int lastStreamId, int code, Wakes wakes) {}

        @Override
        public void streamClosed(Wakes wakes) {}
    }

    @Test
    void keepsSmallPiecesThatWaitInOrder() {
        Random random = new Random(5);
        Http2Stream stream = stream(1);
        byte[] all = new byte[20_000];
        random.nextBytes(all);
        for (int at = 0; at < all.length; ) {
            int now = Math.min(all.length - at, 1 + random.nextInt(900));
            stream.keep(all, at, now);
            at += now;
        }

        var kept = new ByteArrayOutputStream();
        List<byte[]> chunks = List.copyOf(stream.waiting);
        for (int i = 0; i < chunks.size(); i++) {
            kept.write(chunks.get(i), 0, i == chunks.size() - 1 ? stream.waitingEnd : chunks.get(i).length);
        }

        assertThat(kept.toByteArray()).isEqualTo(all);
        assertThat(chunks.size()).isLessThan(10);
    }
}
