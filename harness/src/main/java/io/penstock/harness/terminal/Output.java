// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** Tables that fit 80 columns, and JSON on one line. */
public final class Output {

    private static final int WIDTH = 80;

    private Output() {}

    /** Writes one JSON object. */
    public interface Json {
        void write(JsonGenerator json) throws IOException;
    }

    /** Prints one JSON object on one line. */
    public static void json(PrintWriter out, Json content) throws IOException {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            content.write(json);
            json.writeEndObject();
        }
        out.println(text);
        out.flush();
    }

    /** Prints rows, the first of which are titles, in columns as wide as their widest cell; cuts lines at 80. */
    public static void table(PrintWriter out, List<List<String>> rows) {
        var widths = new ArrayList<Integer>();
        for (var row : rows) {
            for (int i = 0; i < row.size(); i++) {
                if (i == widths.size()) {
                    widths.add(0);
                }
                widths.set(i, Math.max(widths.get(i), row.get(i).length()));
            }
        }
        for (var row : rows) {
            out.println(line(row, widths));
        }
        out.flush();
    }

    private static String line(List<String> row, List<Integer> widths) {
        var line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            var cell = row.get(i);
            line.append(cell);
            if (i < row.size() - 1) {
                line.append(" ".repeat(widths.get(i) - cell.length() + 2));
            }
        }
        var text = line.toString().stripTrailing();
        return text.length() <= WIDTH ? text : text.substring(0, WIDTH - 1) + "…";
    }
}
