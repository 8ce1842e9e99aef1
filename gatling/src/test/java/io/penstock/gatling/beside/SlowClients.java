// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.beside;

import io.penstock.gatling.report.Finding;
import io.penstock.gatling.simulation.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Callers that are slow in each of the three ways, on sockets of their own: Gatling reads as fast as bytes come, and sends
 * its requests whole.
 *
 * <p>Heads and bodies that trickle, or stop, are cut off by the gateway's limits with 408 and begun again while Gatling is
 * at work. Readers take a body of megabytes in small steps, and must get each byte of it.
 */
public final class SlowClients {

    private static final int OF_EACH = 10;
    private static final long WAIT_SECONDS = 120;

    private SlowClients() {}

    /** What one of them saw: how many of its requests ended, and the first that ended otherwise than it should. */
    record Seen(long ended, String wrong) {}

    /** All of them. */
    public static Beside all() {
        return SlowClients::start;
    }

    private static Beside.Running start(Stage stage) {
        var callers = Executors.newVirtualThreadPerTaskExecutor();
        var gatlingAtWork = new AtomicBoolean(true);
        var heads = new ArrayList<Future<Seen>>();
        var bodies = new ArrayList<Future<Seen>>();
        var readers = new ArrayList<Future<Seen>>();
        for (int i = 0; i < OF_EACH; i++) {
            var caller = new SlowCaller(stage, gatlingAtWork::get);
            heads.add(callers.submit(caller::heads));
            bodies.add(callers.submit(caller::bodies));
            readers.add(callers.submit(caller::reads));
        }
        return () -> {
            gatlingAtWork.set(false);
            callers.shutdown();
            try {
                return work(sum(heads), sum(bodies), sum(readers));
            } finally {
                callers.shutdownNow();
            }
        };
    }

    private static Seen sum(List<Future<Seen>> callers) throws IOException, InterruptedException {
        long ended = 0;
        var wrong = "";
        for (var caller : callers) {
            try {
                var seen = caller.get(WAIT_SECONDS, TimeUnit.SECONDS);
                ended += seen.ended();
                wrong = wrong.isEmpty() ? seen.wrong() : wrong;
            } catch (ExecutionException e) {
                throw new IOException("a slow client failed: " + e.getCause(), e);
            } catch (TimeoutException e) {
                throw new IOException("a slow client did not end within " + WAIT_SECONDS + " s", e);
            }
        }
        return new Seen(ended, wrong);
    }

    private static Beside.Work work(Seen heads, Seen bodies, Seen readers) {
        var table = List.of(
                "slow clients, %d of each, all the time:".formatted(OF_EACH),
                "  heads cut off with 408    %6d".formatted(heads.ended()),
                "  bodies cut off with 408   %6d".formatted(bodies.ended()),
                "  slow readers served whole %6d".formatted(readers.ended()));
        return new Beside.Work(
                Map.of("slow-body", bodies.ended(), "slow-reader", readers.ended(), "", heads.ended()),
                table,
                List.of(
                        finding("slow heads", heads, "408"),
                        finding("slow bodies", bodies, "408"),
                        finding("slow readers", readers, "200 with each byte")));
    }

    private static Finding finding(String what, Seen seen, String expected) {
        return new Finding(
                seen.wrong().isEmpty() && seen.ended() >= OF_EACH,
                what + ": " + seen.ended() + " ended with "
                        + (seen.wrong().isEmpty() ? expected : seen.wrong() + ", expected " + expected));
    }
}
