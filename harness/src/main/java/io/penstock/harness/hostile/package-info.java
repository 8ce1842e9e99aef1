// SPDX-License-Identifier: Apache-2.0
/**
 * A backend on raw sockets that speaks HTTP/2 by hand and breaks its rules on command.
 *
 * <p>Called from outside: {@link io.penstock.harness.hostile.HostileBackend}, {@link
 * io.penstock.harness.hostile.Greeting} for what a connection meets, {@link io.penstock.harness.hostile.Behaviour} for
 * what a request meets. Depends on {@code wire}.
 */
@NullMarked
package io.penstock.harness.hostile;

import org.jspecify.annotations.NullMarked;
