// SPDX-License-Identifier: Apache-2.0
/**
 * The verbs of the command line, and what only they need: signals, the files that a configuration names, and reading it again.
 *
 * <p>{@code Main} lists the commands; nothing else knows them. The verb {@code run} is the only one outside of the root that knows
 * the gateway as a whole.
 */
@NullMarked
package io.penstock.gateway.command;

import org.jspecify.annotations.NullMarked;
