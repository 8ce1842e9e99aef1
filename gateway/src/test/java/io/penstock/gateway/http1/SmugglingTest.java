// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.http1.message.HeadReader;
import io.penstock.gateway.http1.message.Http1Limits;
import io.penstock.gateway.http1.message.Input;
import io.penstock.gateway.http1.message.MessageHead;
import io.penstock.gateway.http1.message.Side;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the codec accepts, as what, and what it refuses: {@code smuggling.txt} has one case a line. */
class SmugglingTest {
    private static final String PLAIN = "GET /x HTTP/1.1\r\nHost: a\r\nAccept: text/plain\r\n\r\n";

    record Case(String name, boolean response, String method, String bytes, String expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        try (InputStream file = SmugglingTest.class.getResourceAsStream("/http1/smuggling.txt")) {
            List<Case> cases = new ArrayList<>();
            for (String line : new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (!line.isBlank() && line.charAt(0) != '#') {
                    String[] parts = line.split(" => ", -1);
                    String[] start = parts[0].split(": ", 2);
                    boolean response = start[0].startsWith("response");
                    String method = start[0].contains("to HEAD") ? "HEAD" : "GET";
                    cases.add(new Case(line, response, method, unescaped(start[1]), parts[1]));
                }
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code ~} stands for CR LF, and a backslash for what it does in Java; {@code \xNN} is a byte. */
    private static String unescaped(String text) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '~') {
                bytes.append("\r\n");
            } else if (c == '\\') {
                char what = text.charAt(++i);
                switch (what) {
                    case 'r' -> bytes.append('\r');
                    case 'n' -> bytes.append('\n');
                    case 't' -> bytes.append('\t');
                    case 'x' -> {
                        bytes.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                        i += 2;
                    }
                    default -> throw new IllegalArgumentException("unknown escape " + what);
                }
            } else {
                bytes.append(c);
            }
        }
        return bytes.toString();
    }

    private static String read(Case one, CutWire wire) {
        return one.response() ? Requests.responses(wire, one.method()) : Requests.of(wire);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void understandsOrRefuses(Case one) {
        assertThat(read(one, new CutWire(one.bytes()))).isEqualTo(one.expected());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void doesTheSameHoweverTheBytesAreCut(Case one) {
        for (long seed = 0; seed < 20; seed++) {
            CutWire wire = new CutWire(one.bytes(), seed, seed == 0 ? 1 : 1 + (int) seed * 2);

            assertThat(read(one, wire)).as("seed " + seed).isEqualTo(one.expected());
        }
    }

    static Stream<Long> seeds() {
        return Stream.iterate(1L, seed -> seed + 1).limit(400);
    }

    /** Changes a few bytes of a valid case: whatever comes of it is the same for every cut, and no defect. */
    @ParameterizedTest
    @MethodSource("seeds")
    void doesTheSameWithBrokenBytesHoweverTheyAreCut(long seed) {
        Random random = new Random(seed);
        List<Case> cases = cases();
        Case base = cases.get(random.nextInt(cases.size()));
        StringBuilder broken = new StringBuilder(base.bytes());
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(broken.length());
            String hostile = "\r\n\0 \t:;,0aF%\u0080\u00ff";
            switch (random.nextInt(3)) {
                case 0 -> broken.setCharAt(at, hostile.charAt(random.nextInt(hostile.length())));
                case 1 -> broken.insert(at, hostile.charAt(random.nextInt(hostile.length())));
                default -> broken.deleteCharAt(at);
            }
        }
        Case one = new Case("broken", base.response(), base.method(), broken.toString(), "");

        String whole = read(one, new CutWire(one.bytes()));

        for (int longest = 1; longest < 40; longest += 6) {
            assertThat(read(one, new CutWire(one.bytes(), seed, longest))).isEqualTo(whole);
        }
    }

    @Test
    void remembersFrequentLinesWithoutMixingThemUp() throws IOException {
        FieldCache cache = new FieldCache();
        Http1Limits limits = new Http1Limits(4096, 32, 1024, 64, 256, false);
        Input in = new Input(new CutWire(PLAIN + PLAIN + PLAIN.replace("text/plain", "text/other")));
        HeadReader heads = new HeadReader(Side.DOWNSTREAM, in, limits, cache);

        MessageHead first = heads.request(false);
        MessageHead second = heads.request(false);
        MessageHead third = heads.request(false);

        assertThat(second.head().field("accept")).isSameAs(first.head().field("accept"));
        assertThat(third.head().value("accept")).isEqualTo("text/other");
    }
}
