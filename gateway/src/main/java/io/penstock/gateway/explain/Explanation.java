// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.explain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.route.Candidate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the gateway would do with a request, and why.
 *
 * @param route the one that serves it; empty when none does
 * @param steps what it does, by the keys of the configuration
 * @param candidates every route, those that came farthest first
 */
public record Explanation(
        String method, String url, String client, String route, Map<String, String> steps, List<Candidate> candidates) {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int COLUMNS = 80;
    private static final int INDENT = 18;
    private static final int MOST_PRINTED = 20;
    private static final int MOST_WRITTEN = 200;

    /** Of a request that does not get as far as the routes. */
    static Explanation refused(Exchange exchange, String why) {
        return new Explanation(
                exchange.method(),
                exchange.authority() + exchange.path(),
                exchange.client(),
                "",
                Map.of("refused", why),
                List.of());
    }

    /** For people, in at most 80 columns unless a word is longer. */
    public void print(PrintWriter out) {
        line(out, "request", method + " " + url);
        line(out, "client", client);
        line(out, "route", route.isEmpty() ? "none: no-route" : route);
        steps.forEach((key, value) -> line(out, "  " + key, value));
        out.println("candidates");
        for (int i = 0; i < Math.min(MOST_PRINTED, candidates.size()); i++) {
            Candidate candidate = candidates.get(i);
            line(out, "  " + candidate.route(), candidate.match());
            line(out, "", word(candidate) + (candidate.reason().isEmpty() ? "" : ": " + candidate.reason()));
        }
        if (candidates.size() > MOST_PRINTED) {
            out.println("  and " + (candidates.size() - MOST_PRINTED) + " others that came no farther");
        }
        out.flush();
    }

    /** For programs: one object and a line's end. */
    public byte[] json() {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("method", method);
            json.writeStringField("url", url);
            json.writeStringField("client", client);
            if (!route.isEmpty()) {
                json.writeStringField("route", route);
            }
            json.writeObjectFieldStart("steps");
            for (var step : steps.entrySet()) {
                json.writeStringField(step.getKey(), step.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("candidates");
            for (Candidate candidate : candidates.subList(0, Math.min(MOST_WRITTEN, candidates.size()))) {
                json.writeStartObject();
                json.writeStringField("route", candidate.route());
                json.writeStringField("match", candidate.match());
                json.writeStringField("verdict", word(candidate));
                if (!candidate.reason().isEmpty()) {
                    json.writeStringField("reason", candidate.reason());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("others", Math.max(0, candidates.size() - MOST_WRITTEN));
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String word(Candidate candidate) {
        return candidate.verdict().name().toLowerCase(Locale.ROOT);
    }

    private static void line(PrintWriter out, String label, String value) {
        StringBuilder line = new StringBuilder(label);
        if (line.length() >= INDENT) {
            out.println(line);
            line.setLength(0);
        }
        pad(line);
        for (String word : printable(value).split(" ", -1)) {
            if (line.length() > INDENT && line.length() + word.length() + 1 > COLUMNS) {
                out.println(line);
                line.setLength(0);
                pad(line);
            }
            line.append(line.length() > INDENT ? " " : "").append(word);
        }
        out.println(line);
    }

    private static void pad(StringBuilder line) {
        while (line.length() < INDENT) {
            line.append(' ');
        }
    }

    /** What came from a request must not move the cursor. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
