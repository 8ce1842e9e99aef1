// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import io.penstock.harness.terminal.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the folder that the laboratory's script fills: {@code facts}, {@code stages}, and files for each stage and subject. */
public final class RunFolder {
    private static final int STAGE_COLUMNS = 9;

    private final Path folder;

    public RunFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads it all.
     *
     * @throws IOException when a file is missing or is not what the script writes; names the file
     */
    public LabRun read() throws IOException {
        var facts = new HashMap<String, String>();
        for (var line : lines("facts")) {
            var parts = line.split("\t", 2);
            facts.put(parts[0], parts.length < 2 ? "" : parts[1]);
        }
        var runs = new ArrayList<StageRun>();
        for (var line : lines("stages")) {
            runs.add(run(line));
        }
        return new LabRun(
                facts.getOrDefault("kernel", "unknown"),
                facts.getOrDefault("date", ""),
                facts.getOrDefault("command", ""),
                facts.containsKey("short"),
                "yes".equals(facts.get("recycle")),
                facts.getOrDefault("left", ""),
                runs);
    }

    private StageRun run(String line) throws IOException {
        var parts = line.split("\t", -1);
        if (parts.length != STAGE_COLUMNS) {
            throw new IOException("stages: a line has " + parts.length + " columns, expected " + STAGE_COLUMNS);
        }
        try {
            var stage = new Stage(
                    parts[0],
                    parts[1],
                    parts[2],
                    Integer.parseInt(parts[3]),
                    Double.parseDouble(parts[4]),
                    Integer.parseInt(parts[5]),
                    Duration.ofSeconds(Long.parseLong(parts[6])),
                    Long.parseLong(parts[7]),
                    Integer.parseInt(parts[8]));
            var name = stage.subject() + "." + stage.id();
            var samples = new ArrayList<Sample>();
            for (var sample : lines(name + ".samples")) {
                samples.add(Sample.parse(sample));
            }
            return new StageRun(stage, samples, LoggedCauses.in(moments(name + ".series"), logged(name + ".logged")));
        } catch (IllegalArgumentException e) {
            throw new IOException(parts[0] + "." + parts[1] + ": " + e.getMessage(), e);
        }
    }

    private List<Moment> moments(String name) throws IOException {
        var moments = new ArrayList<Moment>();
        for (var line : lines(name)) {
            if (!(Reading.json(line) instanceof Map<?, ?> second)) {
                throw new IOException(name + ": a line is no JSON object");
            }
            var failed = new HashMap<String, Long>();
            if (second.get("failed") instanceof Map<?, ?> causes) {
                causes.forEach((cause, count) ->
                        failed.put(String.valueOf(cause), number(count).longValue()));
            }
            moments.add(new Moment(
                    number(second.get("at_ms")).longValue(),
                    number(second.get("ok")).longValue(),
                    number(second.get("unsent")).longValue(),
                    failed,
                    number(second.get("p50_ms")).doubleValue(),
                    number(second.get("p99_ms")).doubleValue(),
                    number(second.get("in_flight")).longValue(),
                    number(second.get("crowded")).longValue(),
                    number(second.get("late_ms")).doubleValue()));
        }
        return moments;
    }

    /** What a subject wrote into its log, by second; Penstock's has none of it. */
    private Map<Long, Long> logged(String name) throws IOException {
        var logged = new HashMap<Long, Long>();
        for (var line : lines(name)) {
            var parts = line.strip().split(" ", -1);
            if (parts.length != 2) {
                throw new IOException(name + ": found '" + line + "', expected a second and a count");
            }
            logged.merge(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long::sum);
        }
        return logged;
    }

    private static Number number(@org.jspecify.annotations.Nullable Object value) {
        if (value instanceof Number number) {
            return number;
        }
        throw new IllegalArgumentException("found " + value + ", expected a number");
    }

    private List<String> lines(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name)).stream()
                .filter(line -> !line.isBlank())
                .toList();
    }
}
