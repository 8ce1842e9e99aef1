// SPDX-License-Identifier: Apache-2.0
/**
 * One call at a time: the four gRPC kinds on grpc-java and a plain HTTP/2 GET.
 *
 * <p>Called by the commands and the tests. Depends on {@code backend} for the echo service's methods, and on {@code
 * wire}.
 */
@NullMarked
package io.penstock.harness.call;

import org.jspecify.annotations.NullMarked;
