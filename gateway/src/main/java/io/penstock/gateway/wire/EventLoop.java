// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * One platform thread that waits for many connections at once and calls whoever a connection belongs to when it is readable or closed.
 *
 * <p>What is called must not wait for anything: whatever may, goes to a virtual thread. A callback that throws costs its connection and
 * nothing else.
 *
 * <p>Bound: one key for each connection that is on the loop, the tasks of those who speak to it, and {@link TurnWrites}.
 */
public final class EventLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventLoop.class.getName());

    private static final class LoopThread extends Thread {
        private final EventLoop loop;

        private LoopThread(EventLoop loop, String name) {
            super(loop::run, name);
            this.loop = loop;
            setDaemon(true);
        }
    }

    /** Ends a round of tasks. */
    private enum Round implements Runnable {
        END;

        @Override
        public void run() {
            // it is the place that counts
        }
    }

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final TurnWrites writes = new TurnWrites();
    private final LoopThread thread;
    private volatile boolean closed;
    private volatile boolean ended;
    /** When it was told to be looked at and has not come to it; 0 otherwise. */
    private volatile long lookedNanos;

    private volatile long delayNanos;

    EventLoop(String name) {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("no event loop: " + e.getMessage(), e);
        }
        thread = new LoopThread(this, name);
        thread.start();
    }

    /** The loop whose thread is calling, or null. */
    public static @Nullable EventLoop current() {
        return Thread.currentThread() instanceof LoopThread here ? here.loop : null;
    }

    /** Runs the task soon on the loop's thread, after those that were given before; once the loop has ended, at once. From any thread. */
    public void execute(Runnable task) {
        tasks.add(task);
        if (ended && tasks.remove(task)) {
            guarded(task); // it finds everything closed
        } else if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    /** Sees how far the loop is behind; called a few times a second, by one thread. */
    void look(long now) {
        if (lookedNanos == 0) {
            lookedNanos = now | 1;
            execute(this::seen);
        }
    }

    private void seen() {
        delayNanos = System.nanoTime() - lookedNanos;
        lookedNanos = 0;
    }

    /** How long it took the loop to come to what it was last told; so far, when it has not yet. */
    long delayNanos(long now) {
        long since = lookedNanos;
        return Math.max(delayNanos, since == 0 ? 0 : now - since);
    }

    Selector selector() {
        return selector;
    }

    /** What goes out at the end of this turn; for the loop's thread. */
    TurnWrites writes() {
        return writes;
    }

    /** Flushes keys that were cancelled, so that their channels can come back. On the loop's thread, outside of a callback. */
    void flushCancelled() throws IOException {
        selector.selectNow(this::ready);
    }

    /** Whether connections may come to it. */
    public boolean isOpen() {
        return !closed;
    }

    private void run() {
        try {
            while (!closed) {
                if (tasks.isEmpty()) {
                    selector.select(this::ready);
                } else {
                    selector.selectNow(this::ready);
                }
                runTasks();
                writes.flush();
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, "event loop: select failed, its connections end", e);
        } finally {
            end();
        }
    }

    /** Those that are here now: what they lead to comes after those connections that are ready. */
    private void runTasks() {
        if (tasks.isEmpty()) {
            return;
        }
        tasks.add(Round.END);
        for (Runnable task = tasks.poll(); task != null && task != Round.END; task = tasks.poll()) {
            step(task);
        }
    }

    /** Nobody waits here any more: those who still do learn by the end of their connections. */
    private void end() {
        closed = true;
        for (SelectionKey key : selector.keys()) {
            writes.flush(); // also what the end of another has led to
            try {
                key.channel().close();
            } catch (IOException e) {
                // a descriptor that cannot be closed is gone
            }
            ready(key);
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "event loop: selector not closed", e);
        }
        ended = true;
        runTasks();
        writes.flush();
    }

    private void ready(SelectionKey key) {
        step((Runnable) key.attachment());
    }

    private void step(Runnable what) {
        guarded(what);
        if (writes.isFull()) {
            writes.flush();
        }
    }

    static void guarded(Runnable what) {
        try {
            what.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "defect on an event loop", e);
        }
    }

    /** Ends the thread; connections that are still on the loop are not called any more. */
    @Override
    public void close() {
        execute(() -> closed = true); // after what it was told before
    }
}
