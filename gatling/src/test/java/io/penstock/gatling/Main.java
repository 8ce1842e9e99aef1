// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import io.penstock.gatling.report.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code scripts/gatling} runs: the simulations one after the other in this JVM.
 *
 * <p>Exit codes: 0 all passed, 1 one did not, 2 an unknown name.
 */
public final class Main {

    private Main() {}

    /** Runs them and exits. */
    public static void main(String[] arguments) {
        var out = System.out;
        int code;
        try {
            code = run(Options.of(arguments), out);
        } catch (IOException e) {
            out.println("gatling: " + e.getMessage());
            code = 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            code = 1;
        }
        // Threads of Gatling's stay when a run has failed in the middle.
        System.exit(code);
    }

    private static int run(Options options, PrintStream out) throws IOException, InterruptedException {
        if (options.names().equals(List.of("list"))) {
            Scenes.all(List.of()).forEach(scene -> out.println("%-14s %s".formatted(scene.name(), scene.about())));
            return 0;
        }
        var scenes = new ArrayList<Scene>();
        for (var name : options.names()) {
            var scene = Scenes.all(options.harness()).stream()
                    .filter(s -> s.name().equals(name))
                    .findFirst();
            if (scene.isEmpty()) {
                out.println("gatling: found " + name + ", expected one of scripts/gatling --list");
                return 2;
            }
            scenes.add(scene.get());
        }
        return all(options, scenes, new Summary(out, options.setting("output").equals("json")));
    }

    private static int all(Options options, List<Scene> scenes, Summary summary)
            throws IOException, InterruptedException {
        var log = GatlingLog.redirect(options.path("reports").resolve("gatling.log"));
        var outcomes = new ArrayList<Outcome>();
        try (var venues = new Venues(options, scenes)) {
            for (var scene : scenes) {
                summary.starts(scene);
                var outcome = played(options, scene, log, venues);
                outcomes.add(outcome);
                summary.ended(outcome);
            }
        }
        summary.all(outcomes, scenes.size());
        return outcomes.stream().allMatch(Outcome::passed) ? 0 : 1;
    }

    private static Outcome played(Options options, Scene scene, GatlingLog log, Venues venues)
            throws IOException, InterruptedException {
        var venue = venues.next();
        try {
            return new SceneRun(options, scene, log).run(venue);
        } finally {
            venues.leave(venue);
        }
    }
}
