// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what no latch tells of: a counter, or a state of another process. */
final class Await {
    private Await() {}

    /** Returns once it is true; fails when that takes longer. */
    static void until(String what, Duration most, BooleanSupplier met) {
        long deadline = System.nanoTime() + most.toNanos();
        while (!met.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + most + ": " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** Waits until connections to a port of this machine are refused: closing a socket in which another thread accepts takes its time. */
    static void refusal(int port) {
        until("port " + port + " refuses", Duration.ofSeconds(10), () -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return !socket.isConnected();
            } catch (IOException e) {
                return true;
            }
        });
    }
}
