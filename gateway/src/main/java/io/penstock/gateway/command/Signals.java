// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.command;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * SIGTERM and SIGINT: the first asks for a drain, the second ends the process. SIGHUP: opens the log files anew.
 *
 * <p>A shutdown hook cannot tell a second signal from the first, nor exit with 0, so this uses {@code sun.misc.Signal}, which every
 * JDK exports ({@code jdk.unsupported}) and for which there is no other door. By reflection, because naming it cannot be compiled
 * without a warning, and warnings are errors here.
 */
final class Signals {
    private static final String[] NAMES = {"TERM", "INT", "HUP"};
    private static final int HUP = 1;

    private final CountDownLatch first = new CountDownLatch(1);
    private final AtomicInteger seen = new AtomicInteger();
    private volatile Runnable onHangup = () -> {};

    /** Sets what SIGHUP does; until then it does nothing. */
    void onHangup(Runnable action) {
        onHangup = action;
    }

    /** Takes the signals over from the JVM. */
    void install() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            received((int) signal.getMethod("getNumber").invoke(arguments[0]));
                            yield null;
                        }
                        case "equals" -> proxy == arguments[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> "signals";
                    });
            for (String name : NAMES) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK has no jdk.unsupported module", e);
        }
    }

    private void received(int number) {
        if (number == HUP) {
            onHangup.run();
            return;
        }
        if (seen.incrementAndGet() > 1) {
            Runtime.getRuntime().halt(128 + number);
        }
        first.countDown();
    }

    /** Returns at the first signal. */
    void await() throws InterruptedException {
        first.await();
    }
}
