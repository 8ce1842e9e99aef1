// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The numbers of one reading of {@code /metrics}, in Prometheus' text format as the gateway writes it. */
public final class Samples {

    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final List<Sample> samples;

    private record Sample(String name, Map<String, String> labels, double value) {}

    private Samples(List<Sample> samples) {
        this.samples = List.copyOf(samples);
    }

    /**
     * Reads the text.
     *
     * @throws IllegalArgumentException with the line that is none
     */
    public static Samples of(String text) {
        var samples = new ArrayList<Sample>();
        text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .forEach(line -> samples.add(sample(line)));
        return new Samples(samples);
    }

    private static Sample sample(String line) {
        var parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new IllegalArgumentException("found " + line + ", expected NAME{LABELS} VALUE");
        }
        var labels = new HashMap<String, String>();
        var pairs = LABEL.matcher(parts.group(2) == null ? "" : parts.group(2));
        while (pairs.find()) {
            labels.put(pairs.group(1), pairs.group(2));
        }
        return new Sample(parts.group(1), labels, Double.parseDouble(parts.group(3)));
    }

    /**
     * Adds up the rows of a name that have these labels; 0 when there is none.
     *
     * @param labels names and values in turn
     */
    public long sum(String name, String... labels) {
        var sum = samples.stream()
                .filter(sample -> sample.name().equals(name) && fits(sample, labels))
                .mapToDouble(Sample::value)
                .sum();
        return Math.round(sum);
    }

    private static boolean fits(Sample sample, String... labels) {
        for (int i = 0; i < labels.length; i += 2) {
            if (!labels[i + 1].equals(sample.labels().get(labels[i]))) {
                return false;
            }
        }
        return true;
    }

    /** The values that a label has in the rows of a name, in order. */
    public Set<String> values(String name, String label) {
        var values = new TreeSet<String>();
        for (var sample : samples) {
            var value = sample.name().equals(name) ? sample.labels().get(label) : null;
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }
}
