// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The venues of several simulations, in their order. The next gateway starts, and the last one drains, beside the
 * simulation that is played: starts and ends are then in nobody's way.
 */
final class Venues implements AutoCloseable {

    private final Options options;
    private final Queue<Scene> scenes;
    private final ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable Future<Venue> next;

    Venues(Options options, List<Scene> scenes) {
        this.options = options;
        this.scenes = new ArrayDeque<>(scenes);
        openNext();
    }

    private void openNext() {
        var scene = scenes.poll();
        next = scene == null ? null : beside.submit(() -> Venue.open(options, scene));
    }

    /**
     * The next one. When it is ready the one after it begins to open.
     *
     * @throws IOException when its gateway does not get ready
     */
    Venue next() throws IOException, InterruptedException {
        var opening = next;
        if (opening == null) {
            throw new IllegalStateException("no simulation is left");
        }
        try {
            return opening.get();
        } catch (ExecutionException e) {
            throw new IOException("no gateway for this simulation: " + e.getCause(), e);
        } finally {
            openNext();
        }
    }

    /** Ends one that was played, without waiting for it. */
    void leave(Venue venue) {
        beside.execute(venue::close);
    }

    /** Waits for what drains. One that was opened in vain ends, too. */
    @Override
    public void close() {
        var opening = next;
        if (opening != null) {
            beside.execute(() -> leaveUnused(opening));
        }
        beside.close();
    }

    private static void leaveUnused(Future<Venue> opening) {
        try {
            opening.get().close();
        } catch (ExecutionException e) {
            // It never was one.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
