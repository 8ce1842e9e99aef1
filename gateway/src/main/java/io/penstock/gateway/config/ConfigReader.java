// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import io.penstock.gateway.config.dynamic.DocumentReader;
import io.penstock.gateway.config.dynamic.FileEntries;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Environment;
import io.penstock.gateway.config.read.Places;
import io.penstock.gateway.config.read.Problems;
import io.penstock.gateway.config.read.YamlNode;
import io.penstock.gateway.config.read.YamlParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a configuration file into the typed tree.
 *
 * <p>Together with the command line the only place that looks at the process's environment. Values of the environment never appear
 * in a problem's text.
 */
public final class ConfigReader {
    static final int MAX_BYTES = 1024 * 1024;

    /**
     * A configuration, and where its values are in the file.
     *
     * @param entries the file's own entries as they are written
     */
    public record Placed(GatewayConfig config, Places places, FileEntries entries) {}

    private ConfigReader() {}

    /**
     * Reads the file, with the environment of this process. Blocks for the file system only; nothing else is opened or looked up.
     *
     * @throws ConfigException with every problem of the file
     */
    public static GatewayConfig read(Path file) {
        return read(file, System.getenv());
    }

    /**
     * Reads the file with these environment variables.
     *
     * @throws ConfigException with every problem of the file
     */
    public static GatewayConfig read(Path file, Map<String, String> environment) {
        return readPlaced(file, environment).config();
    }

    /**
     * Reads the file as {@link #read(Path)} does, and tells where its values are.
     *
     * @throws ConfigException with every problem of the file
     */
    public static Placed readPlaced(Path file) {
        return readPlaced(file, System.getenv());
    }

    /** Reads documents, with what they may use of the environment of this process. */
    public static DocumentReader documents() {
        return new DocumentReader(System.getenv());
    }

    private static Placed readPlaced(Path file, Map<String, String> environment) {
        String source = file.toString();
        return read(load(file, source), source, environment);
    }

    /**
     * Reads a configuration from a text with these environment variables.
     *
     * @throws ConfigException with every problem of the text
     */
    public static GatewayConfig read(String text, Map<String, String> environment) {
        return read(text, "config", environment).config();
    }

    /**
     * Reads a configuration from a text as {@link #read(String, Map)} does, and tells what it says about each entry.
     *
     * @throws ConfigException with every problem of the text
     */
    public static Placed readPlaced(String text, Map<String, String> environment) {
        return read(text, "config", environment);
    }

    private static Placed read(String text, String source, Map<String, String> variables) {
        var environment = new Environment(variables);
        var problems = new Problems(source, environment);
        if (text.length() > MAX_BYTES) {
            throw problems.fatal("has " + text.length() + " characters, expected at most " + MAX_BYTES, null);
        }
        YamlNode root = YamlParser.parse(text, environment, problems)
                .filter(node -> !(node instanceof YamlNode.Scalar scalar && scalar.absent()))
                .orElseThrow(() -> problems.fatal("is empty, expected at least listeners and routes", null));
        problems.locate("", root);
        GatewayConfig config = config(ConfigNode.of(root, "", problems), problems);
        return new Placed(config, problems.places(), FileEntries.of(config, text));
    }

    private static GatewayConfig config(ConfigNode root, Problems problems) {
        int before = problems.count();
        Optional<GatewayConfig> config = attempt(root);
        while (root.adoptsMisspelt()) {
            problems.forgetFrom(before);
            config = attempt(root);
        }
        root.reportUnknownKeys();
        problems.done();
        return config.orElseThrow();
    }

    private static Optional<GatewayConfig> attempt(ConfigNode root) {
        try {
            return Optional.of(GatewayConfig.from(root));
        } catch (ConfigException e) {
            root.report(e);
            return Optional.empty();
        }
    }

    private static String load(Path file, String source) {
        var problems = new Problems(source, new Environment(Map.of()));
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                // a pipe has no size: what was read is all that is known
                long size = Math.max(Files.size(file), bytes.length);
                throw problems.fatal("has " + size + " bytes, expected at most " + MAX_BYTES, null);
            }
            return utf8(bytes, problems);
        } catch (NoSuchFileException e) {
            throw problems.fatal("does not exist, expected a configuration file", null);
        } catch (AccessDeniedException e) {
            throw problems.fatal("must not be read by this user, expected a readable file", null);
        } catch (IOException e) {
            throw problems.fatal(
                    "cannot be read, expected a readable file" + (Files.isDirectory(file) ? ": it is a folder" : ""),
                    null);
        }
    }

    private static String utf8(byte[] bytes, Problems problems) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        if (StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isUnderflow()) {
            return out.flip().toString();
        }
        int at = in.position();
        long line = 1 + out.flip().chars().filter(c -> c == '\n').count();
        throw problems.fatal(
                String.format("has the byte 0x%02x at %d, in line %d, expected UTF-8 text", bytes[at], at, line), null);
    }
}
