// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import com.fasterxml.jackson.core.JsonFactory;
import io.penstock.harness.lab.Finding;
import io.penstock.harness.lab.LabRun;
import io.penstock.harness.lab.Outcome;
import io.penstock.harness.lab.RunFolder;
import io.penstock.harness.lab.Sample;
import io.penstock.harness.lab.Verdicts;
import io.penstock.harness.lab.report.HtmlReport;
import io.penstock.harness.lab.report.JsonReport;
import io.penstock.harness.terminal.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Judges and shows what {@code scripts/lab timewait} has measured. */
@Command(
        name = "lab-report",
        description =
                "Judge and show what scripts/lab measured; exit code 1 when a claim fails, 3 when none does but the"
                        + " machine was too busy to judge one.",
        mixinStandardHelpOptions = true)
final class LabReportCommand implements Callable<Integer> {

    private static final int UNJUDGED = 3;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--in", paramLabel = "FOLDER", required = true, description = "what scripts/lab noted")
    private @Nullable Path in;

    @Option(names = "--out", paramLabel = "FOLDER", required = true, description = "for report.html and report.json")
    private @Nullable Path out;

    @Option(names = "--json", description = "one JSON object instead of the table")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        LabRun lab = new RunFolder(Objects.requireNonNull(in)).read();
        List<Finding> findings = Verdicts.of(lab);
        write(Objects.requireNonNull(out), lab, findings);
        var terminal = Objects.requireNonNull(spec).commandLine().getOut();
        if (json) {
            Output.json(terminal, j -> JsonReport.write(j, lab, findings, false));
        } else {
            print(terminal, lab, findings);
        }
        return switch (Outcome.of(findings)) {
            case HOLDS -> 0;
            case FAILS -> 1;
            case UNJUDGED -> UNJUDGED;
        };
    }

    private static void write(Path folder, LabRun lab, List<Finding> findings) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("report.html"), HtmlReport.of(lab, findings));
        try (var json = new JsonFactory()
                .createGenerator(Files.newBufferedWriter(folder.resolve("report.json")))
                .useDefaultPrettyPrinter()) {
            json.writeStartObject();
            JsonReport.write(json, lab, findings, true);
            json.writeEndObject();
        }
    }

    private static void print(PrintWriter terminal, LabRun lab, List<Finding> findings) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("stage", "subject", "ports", "ok", "no port", "other", "open/s", "TW", "p99", "us"));
        for (var run : lab.runs()) {
            rows.add(List.of(
                    run.stage().id(),
                    run.stage().subject(),
                    Integer.toString(run.stage().ports()),
                    Long.toString(run.ok()),
                    Long.toString(run.noPort()),
                    Long.toString(Math.max(0, run.failed() - run.noPort())),
                    String.format(Locale.ROOT, "%.0f", run.openedPerSecond()),
                    Long.toString(run.most(Sample::waiting)),
                    String.format(Locale.ROOT, "%.0f", run.medianP99()),
                    String.format(Locale.ROOT, "%.0f", run.cpuMicrosPerCall())));
        }
        Output.table(terminal, rows);
        terminal.println("(calls by outcome; TW: most in TIME_WAIT; p99 in ms; us: processor time a call)");
        for (var finding : findings) {
            terminal.println();
            terminal.printf(
                    "%-8s %s %s: %s%n", finding.outcome().word(), finding.stage(), finding.subject(), finding.claim());
            terminal.println("         predicted: " + finding.predicted());
            terminal.println("         measured:  " + finding.measured());
            if (!finding.why().isEmpty()) {
                terminal.println("         " + finding.why());
            }
        }
        terminal.flush();
    }
}
