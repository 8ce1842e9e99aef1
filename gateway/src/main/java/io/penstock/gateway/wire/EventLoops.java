// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** The event loops of a process, each connection on one of them. */
public final class EventLoops implements AutoCloseable {
    private final List<EventLoop> loops;
    private final AtomicInteger next = new AtomicInteger();

    /** Starts so many. */
    public EventLoops(int count) {
        loops = IntStream.range(0, count)
                .mapToObj(i -> new EventLoop("event-loop-" + i))
                .toList();
    }

    /** The loop for one more connection, each in turn. */
    public EventLoop next() {
        return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
    }

    /** Looks at the clock; called a few times a second. */
    public void upkeep(long now) {
        for (EventLoop loop : loops) {
            loop.look(now);
        }
    }

    /**
     * How far the slowest of them is behind, in nanoseconds: the time that something ready has waited for its turn. More than a few
     * milliseconds mean that something on a loop takes a thread's time.
     */
    public long delayNanos() {
        long now = System.nanoTime();
        return loops.stream().mapToLong(loop -> loop.delayNanos(now)).max().orElse(0);
    }

    @Override
    public void close() {
        loops.forEach(EventLoop::close);
    }
}
