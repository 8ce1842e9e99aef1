// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values in one JSON object of strings, in the order of the keys: {@code {"job-1": "10.0.0.7:9000"}}.
 *
 * <p>A write replaces the whole file or leaves it as it was: the new content goes to {@code FILE.tmp} beside it, is forced to the
 * disk, takes the file's name, and then the folder is forced too. One process may write at a time; the caller sees to that.
 */
final class EntryFile {

    private final Path file;
    private final Path draft;
    private final JsonFactory json = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    EntryFile(Path file) {
        this.file = file.toAbsolutePath();
        this.draft = this.file.resolveSibling(file.getFileName() + ".tmp");
    }

    /**
     * Reads all entries; an absent file has none.
     *
     * @throws IOException when the file cannot be read, is not of this format or has more entries; names file, line and column
     */
    NavigableMap<String, String> read(int maxEntries) throws IOException {
        NavigableMap<String, String> entries = new TreeMap<>();
        if (Files.notExists(file)) {
            return entries;
        }
        try (JsonParser parser = json.createParser(file.toFile())) {
            expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                expect(parser, parser.nextToken(), JsonToken.VALUE_STRING);
                entries.put(key, parser.getText());
                if (entries.size() > maxEntries) {
                    throw broken(parser.currentTokenLocation(), "more entries than the limit of " + maxEntries, null);
                }
            }
            if (parser.nextToken() != null) {
                throw broken(parser.currentTokenLocation(), "found something after the end", null);
            }
        } catch (JacksonException e) {
            throw broken(e.getLocation(), e.getOriginalMessage(), e);
        }
        return entries;
    }

    /**
     * Replaces the content, and returns once it is on the disk.
     *
     * @throws IOException when that fails; the file is as it was
     */
    void write(NavigableMap<String, String> entries) throws IOException {
        try {
            try (FileChannel channel = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                print(entries, Channels.newOutputStream(channel));
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(draft);
            throw new IOException("cannot write " + file + ": " + reason(e), e);
        }
        forceFolder();
    }

    private void print(NavigableMap<String, String> entries, OutputStream out) throws IOException {
        try (JsonGenerator generator = json.createGenerator(out)) {
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            generator.writeStartObject();
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                generator.writeRaw('\n');
                generator.writeStringField(entry.getKey(), entry.getValue());
            }
            generator.writeRaw('\n');
            generator.writeEndObject();
            generator.writeRaw('\n');
        }
    }

    private void forceFolder() throws IOException {
        Path folder = file.getParent();
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private void expect(JsonParser parser, @Nullable JsonToken found, JsonToken expected) throws IOException {
        if (found != expected) {
            String what = expected == JsonToken.START_OBJECT ? "an object" : "a string";
            throw broken(
                    parser.currentTokenLocation(),
                    "found " + (found == null ? "nothing" : found.name().toLowerCase(java.util.Locale.ROOT))
                            + ", expected " + what,
                    null);
        }
    }

    private IOException broken(@Nullable JsonLocation at, String what, @Nullable Throwable cause) {
        String place = at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr();
        return new IOException(file + place + ": " + what, cause);
    }

    private static String reason(IOException e) {
        if (e instanceof FileSystemException failure && failure.getReason() != null) {
            return failure.getFile() + ": " + failure.getReason();
        }
        return String.valueOf(e.getMessage());
    }
}
