// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketFramesTest {
    private static final int BINARY = 0x82;
    private static final int CLOSE = 0x88;
    private static final int[] OPCODES = {0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x89, 0x8a, 0xc1};
    private static final int[] LENGTHS = {0, 1, 2, 125, 126, 127, 128, 255, 256, 65_535, 65_536, 70_000};

    /** How many bits the length has. */
    private enum Form {
        SEVEN,
        SIXTEEN,
        SIXTY_FOUR;

        static Form shortest(int length) {
            return length < 126 ? SEVEN : length < 65_536 ? SIXTEEN : SIXTY_FOUR;
        }
    }

    private final WebSocketFrames frames = new WebSocketFrames();

    private static byte[] frame(int first, boolean masked, Form form, int length) {
        ByteBuffer frame = ByteBuffer.allocate(14 + length).put((byte) first);
        int mask = masked ? 0x80 : 0;
        switch (form) {
            case SEVEN -> frame.put((byte) (mask | length));
            case SIXTEEN -> frame.put((byte) (mask | 126)).putShort((short) length);
            case SIXTY_FOUR -> frame.put((byte) (mask | 127)).putLong(length);
        }
        if (masked) {
            frame.putInt(0x88888888);
        }
        byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) CLOSE); // which would be one, were it taken for a header
        frame.put(payload);
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    private void pass(byte[] bytes) {
        frames.pass(bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void knowsTheEndsOfFramesHoweverTheirBytesAreSplit(long seed) {
        Random random = new Random(seed);
        Set<Integer> ends = new HashSet<>(Set.of(0));
        ByteBuffer stream = ByteBuffer.allocate(40 * 70_014);
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int length = LENGTHS[random.nextInt(LENGTHS.length)];
            Form form = Form.values()[random.nextInt(Form.shortest(length).ordinal(), Form.values().length)];
            int first = OPCODES[random.nextInt(OPCODES.length)];
            boolean masked = random.nextBoolean();
            stream.put(frame(first, masked, form, length));
            ends.add(stream.position());
            said.add(form + " " + length);
        }
        byte[] bytes = new byte[stream.position()];
        stream.flip().get(bytes);
        int most = random.nextInt(1, 40_000);

        for (int at = 0; at < bytes.length; ) {
            int now = Math.min(
                    bytes.length - at, random.nextInt(10) < 7 ? 1 + random.nextInt(4) : 1 + random.nextInt(most));
            frames.pass(bytes, at, now);
            at += now;
            assertThat(frames.between()).as("after %d of %s", at, said).isEqualTo(ends.contains(at));
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void knowsItAfterEverySingleByte(boolean masked) {
        for (Form form : Form.values()) {
            byte[] frame = frame(BINARY, masked, form, 3);
            for (int i = 0; i < frame.length; i++) {
                assertThat(frames.between()).as("%s before byte %d", form, i).isEqualTo(i == 0);
                frames.pass(frame, i, 1);
            }
            assertThat(frames.between()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void putsNothingAfterACloseFrame(boolean masked) {
        pass(frame(BINARY, masked, Form.SEVEN, 5));
        assertThat(frames.between()).isTrue();

        pass(frame(CLOSE, masked, Form.SEVEN, 2));

        assertThat(frames.between()).isFalse();
        pass(frame(BINARY, masked, Form.SEVEN, 0));
        assertThat(frames.between()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void closesByAFrameOfItsOwn(boolean masked) {
        byte[] close = WebSocketFrames.goingAway(masked);

        pass(close);

        assertThat(frames.between()).isFalse();
        assertThat(close).hasSize(masked ? 8 : 4).startsWith(CLOSE, masked ? 0x82 : 0x02);
        int key = masked ? (close[2] & 0xff) << 8 | (close[3] & 0xff) : 0;
        int status = (close[close.length - 2] & 0xff) << 8 | (close[close.length - 1] & 0xff);
        assertThat(status ^ key).isEqualTo(1001);
    }

    @Test
    void waitsForALengthThatNobodySends() {
        pass(new byte[] {(byte) BINARY, 127, 0x7f, -1, -1, -1, -1, -1, -1, -1});
        pass(new byte[100_000]);

        assertThat(frames.between()).isFalse();
    }

    @Test
    void givesUpOnALengthThatThereIsNot() {
        pass(new byte[] {(byte) BINARY, 127, -1, -1, -1, -1, -1, -1, -1, -1});

        assertThat(frames.between()).isFalse();
        pass(frame(BINARY, false, Form.SEVEN, 0));
        assertThat(frames.between()).isFalse();
    }
}
