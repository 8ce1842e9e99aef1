// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

/** What the user asked for cannot be done as asked; its message says what to change, the exit code is 2. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }
}
