// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.gateway.exchange.Head;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Vectors of other implementations, which live beside the repository: each file is one connection. */
class HpackVectorsTest {
    private static final int UNCHANGED = -1;
    private static final Path VECTORS = Path.of("..", "shared", "vectors", "hpack");

    @TestFactory
    Stream<DynamicTest> decodesEachStoryAsOneConnection() throws IOException {
        return stories().stream().map(story -> DynamicTest.dynamicTest(name(story), () -> assertDecodes(read(story))));
    }

    @TestFactory
    Stream<DynamicTest> encodesWhatItDecodesAgain() throws IOException {
        return stories().stream()
                .map(story -> DynamicTest.dynamicTest(name(story), () -> assertRoundTrip(read(story))));
    }

    private static String name(Path story) {
        int names = story.getNameCount();
        return story.subpath(names - 2, names).toString();
    }

    private static void assertDecodes(List<Block> blocks) {
        HpackDecoder decoder = new HpackDecoder(4096, 1 << 20);

        for (Block block : blocks) {
            if (block.tableSize != UNCHANGED) {
                decoder.maxTableBytes(block.tableSize);
            }
            byte[] wire = HexFormat.of().parseHex(block.wire);
            assertThat(lines(decoder.decode(wire, 0, wire.length))).containsExactlyElementsOf(block.fields);
        }
    }

    private static void assertRoundTrip(List<Block> blocks) {
        HpackEncoder encoder = new HpackEncoder(4096);
        HpackDecoder decoder = new HpackDecoder(4096, 1 << 20);

        for (Block block : blocks) {
            Head head = new Head();
            for (String line : block.fields) {
                int split = line.indexOf(": ");
                head.add(line.substring(0, split), line.substring(split + 2));
            }
            if (block.tableSize != UNCHANGED) {
                encoder.peerTableBytes(block.tableSize);
                decoder.maxTableBytes(block.tableSize);
            }
            int length = encoder.encode(head);
            assertThat(lines(decoder.decode(encoder.buffer(), 0, length))).containsExactlyElementsOf(block.fields);
        }
    }

    private static List<String> lines(Head head) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < head.size(); i++) {
            lines.add(head.at(i).name() + ": " + head.at(i).value());
        }
        return lines;
    }

    private static List<Path> stories() throws IOException {
        Path folder = null;
        for (Path root = Path.of("").toAbsolutePath(); root != null && folder == null; root = root.getParent()) {
            Path candidate = root.resolve(VECTORS);
            if (Files.exists(root.resolve(".ci")) && Files.isDirectory(candidate)) {
                folder = candidate;
            }
        }
        if (folder == null) {
            String reason =
                    "HPACK vectors skipped: there is no folder " + VECTORS + " seen from the root of the repository";
            System.out.println(reason);
            Assumptions.abort(reason);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> stories = files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
            assertThat(stories).isNotEmpty();
            return stories;
        }
    }

    private static List<Block> read(Path story) throws IOException {
        List<Block> blocks = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(story.toFile())) {
            Block block = new Block();
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME) {
                    readMember(json, block);
                } else if (json.currentToken() == JsonToken.END_OBJECT && !block.wire.isEmpty()) {
                    blocks.add(block);
                    block = new Block();
                }
            }
        }
        return blocks;
    }

    private static void readMember(JsonParser json, Block block) throws IOException {
        String key = json.currentName();
        JsonToken value = json.nextToken();
        switch (key) {
            case "wire" -> block.wire = json.getText();
            case "headers" -> readFields(json, block);
            case "header_table_size" ->
                block.tableSize = value == JsonToken.VALUE_NULL ? UNCHANGED : json.getIntValue();
            default -> {}
        }
    }

    private static void readFields(JsonParser json, Block block) throws IOException {
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                block.fields.add(name + ": " + json.getText());
            }
        }
    }

    private static final class Block {
        private String wire = "";
        private int tableSize = UNCHANGED;
        private final List<String> fields = new ArrayList<>();
    }
}
