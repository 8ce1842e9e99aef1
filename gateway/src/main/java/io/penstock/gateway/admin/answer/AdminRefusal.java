// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.answer;

/** What an admin request asked for cannot be done; the message is shown to the caller as it is. */
public final class AdminRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public AdminRefusal(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /** The request makes no sense: 400. */
    public static AdminRefusal invalid(String message) {
        return new AdminRefusal(400, message);
    }

    /** There is no such thing: 404. */
    public static AdminRefusal notFound(String message) {
        return new AdminRefusal(404, message);
    }

    /** It exists and does not allow this: 409. */
    public static AdminRefusal conflict(String message) {
        return new AdminRefusal(409, message);
    }

    /** What would answer does not: 503. */
    public static AdminRefusal unavailable(String message) {
        return new AdminRefusal(503, message);
    }

    public int status() {
        return status;
    }
}
