// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ListenerConfig;
import org.jspecify.annotations.Nullable;

/** A listener cannot be opened: the message names it, what is wrong, and what to change. */
public final class ListenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ListenException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The place is that of the listener in the file, like {@code listeners[0]}. */
    static ListenException ofAddress(String place, ListenerConfig config, Throwable cause) {
        return new ListenException(
                place + ".address: cannot listen on " + text(config) + " (" + root(cause) + "); change " + place
                        + ".address or " + place + ".port",
                cause);
    }

    /** Another part of the same configuration wants it, too. */
    static ListenException ofTaken(String place, ListenerConfig config, String by) {
        return new ListenException(
                place + ".address: cannot listen on " + text(config) + " (taken by " + by + "); change " + place
                        + ".address or " + place + ".port",
                null);
    }

    static ListenException ofTls(String place, Exception cause) {
        return new ListenException(place + ".tls: " + cause.getMessage(), cause);
    }

    private static String text(ListenerConfig config) {
        String host = config.address();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + config.port();
    }

    private static String root(Throwable cause) {
        Throwable at = cause;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return String.valueOf(at.getMessage());
    }
}
