// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.command;

/** What a command ends the process with. */
public final class ExitCode {
    public static final int FINE = 0;
    /** What shows only while starting or running. */
    public static final int FAILED = 1;
    /** Usage, or a configuration that is refused. */
    public static final int USAGE = 2;

    private ExitCode() {}
}
