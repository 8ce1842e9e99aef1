// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ListenerConfig;

/** A listener cannot be opened: the message names it, what is wrong, and what to change. */
public final class ListenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ListenException(String message, Throwable cause) {
        super(message, cause);
    }

    static ListenException ofAddress(ListenerConfig config, Throwable cause) {
        return new ListenException(
                "listener " + config.name() + " cannot listen on " + config.address() + ":" + config.port() + ": "
                        + root(cause) + "; change listeners[" + config.name() + "].port or .address",
                cause);
    }

    static ListenException ofTls(ListenerConfig config, Exception cause) {
        return new ListenException("listeners[" + config.name() + "].tls: " + cause.getMessage(), cause);
    }

    private static String root(Throwable cause) {
        Throwable at = cause;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return String.valueOf(at.getMessage());
    }
}
