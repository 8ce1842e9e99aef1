// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.dynamic;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Environment;
import io.penstock.gateway.config.read.Problem;
import io.penstock.gateway.config.read.Problems;
import io.penstock.gateway.config.read.YamlNode;
import io.penstock.gateway.config.read.YamlParser;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes records of documents, as the file's reader does of the file's entries.
 *
 * <p>Who may change documents must not read this process's environment by that: they may use only variables whose names begin with {@value
 * #PREFIX}.
 */
public final class DocumentReader {
    /** Of the variables that documents may use. */
    public static final String PREFIX = "PENSTOCK_";
    /** Of one document. */
    public static final int MOST_CHARS = 64 * 1024;

    private final Map<String, String> allowed = new TreeMap<>();

    /** With the environment of this process, or what a test takes for it. */
    public DocumentReader(Map<String, String> variables) {
        variables.forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                allowed.put(name, value);
            }
        });
    }

    /**
     * Reads one document.
     *
     * @param text YAML or JSON
     * @return a record of the kind
     * @throws ConfigException with every problem, whose paths begin with the document's name
     */
    public Object read(DocumentName name, String text) {
        String path = name.toString();
        Environment environment = new Environment(allowed);
        Problems problems = new Problems(path, environment);
        if (text.length() > MOST_CHARS) {
            throw problems.fatal("has " + text.length() + " chars, expected at most " + MOST_CHARS, null);
        }
        YamlNode root = YamlParser.parse(text, environment, problems)
                .orElseThrow(() -> problems.fatal("is empty, expected keys with values", null));
        problems.locate(path, root);
        Object read = name.kind().read(ConfigNode.of(root, path, problems));
        problems.done();
        String inside = ((root instanceof YamlNode.Mapping mapping
                        && mapping.entries().get("name") instanceof YamlNode.Scalar own)
                ? own.text()
                : "");
        if (!inside.equals(name.name())) {
            throw new ConfigException(List.of(new Problem(
                    path + ".name", Check.quoted(inside), "is not the document's name, expected " + name.name(), "")));
        }
        return read;
    }
}
