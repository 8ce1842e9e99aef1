// SPDX-License-Identifier: Apache-2.0
/**
 * Backends that behave: grpc-java with the interop service and the echo service, and Helidon's own web server.
 *
 * <p>Called from outside: {@link io.penstock.harness.backend.Backends} and the constants of {@code EchoService}.
 * May depend on {@code hostile}, which it starts beside them.
 */
@NullMarked
package io.penstock.harness.backend;

import org.jspecify.annotations.NullMarked;
