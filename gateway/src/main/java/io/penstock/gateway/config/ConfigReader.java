// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Environment;
import io.penstock.gateway.config.read.Problems;
import io.penstock.gateway.config.read.YamlNode;
import io.penstock.gateway.config.read.YamlParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
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
        String source = file.toString();
        return read(load(file, source), source, environment);
    }

    /**
     * Reads a configuration from a text with these environment variables.
     *
     * @throws ConfigException with every problem of the text
     */
    public static GatewayConfig read(String text, Map<String, String> environment) {
        return read(text, "config", environment);
    }

    private static GatewayConfig read(String text, String source, Map<String, String> variables) {
        var environment = new Environment(variables);
        var problems = new Problems(source, environment);
        if (text.length() > MAX_BYTES) {
            throw problems.fatal("is larger than 1MiB", null);
        }
        YamlNode root = YamlParser.parse(text, environment, problems)
                .filter(node -> !(node instanceof YamlNode.Scalar scalar && scalar.absent()))
                .orElseThrow(() -> problems.fatal("is empty, expected at least listeners and routes", null));
        problems.locate("", root);
        return config(ConfigNode.of(root, "", problems), problems);
    }

    private static GatewayConfig config(ConfigNode root, Problems problems) {
        Optional<GatewayConfig> config = Optional.empty();
        try {
            config = Optional.of(GatewayConfig.from(root));
        } catch (ConfigException e) {
            root.report(e);
        }
        root.reportUnknownKeys();
        problems.done();
        return config.orElseThrow();
    }

    private static String load(Path file, String source) {
        var problems = new Problems(source, new Environment(Map.of()));
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw problems.fatal("is larger than 1MiB", null);
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException e) {
            throw problems.fatal("does not exist, expected a configuration file", null);
        } catch (AccessDeniedException e) {
            throw problems.fatal("must not be read by this user, expected a readable file", null);
        } catch (CharacterCodingException e) {
            throw problems.fatal("is not UTF-8 text", null);
        } catch (IOException e) {
            throw problems.fatal(
                    "cannot be read, expected a readable file" + (Files.isDirectory(file) ? ": it is a folder" : ""),
                    null);
        }
    }
}
