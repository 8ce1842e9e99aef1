// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of {@code docs/configuration.md}. */
final class Reference {
    /** One row: {@code min} and {@code max} are empty for a key without numbers. */
    record Row(String section, String key, String type, String min, String max, String byDefault) {}

    private static final Pattern SECTION = Pattern.compile("## ([a-z0-9-]+): .*");
    private static final Pattern ROW =
            Pattern.compile("\\| `([a-z0-9-]+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|.*\\|");
    private static final Pattern RANGE = Pattern.compile("`(\\w+)` to `(\\w+)`");

    private Reference() {}

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        String section = "";
        for (String line : lines()) {
            Matcher heading = SECTION.matcher(line);
            Matcher row = ROW.matcher(line);
            if (heading.matches()) {
                section = heading.group(1);
            } else if (row.matches()) {
                Matcher range = RANGE.matcher(row.group(3));
                boolean numbers = range.matches();
                rows.add(new Row(
                        section,
                        row.group(1),
                        row.group(2),
                        numbers ? range.group(1) : "",
                        numbers ? range.group(2) : "",
                        row.group(4).replace("`", "")));
            }
        }
        return rows;
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(Path.of("docs", "configuration.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
