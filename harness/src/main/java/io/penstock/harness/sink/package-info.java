// SPDX-License-Identifier: Apache-2.0
/**
 * Sink: the far end of connections that are measured for their own sake, not for what goes over them.
 *
 * <p>Called by the command, which {@code scripts/tune try} runs in a network namespace, and by tests. Depends on no other room.
 */
@NullMarked
package io.penstock.harness.sink;

import org.jspecify.annotations.NullMarked;
