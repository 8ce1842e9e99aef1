// SPDX-License-Identifier: Apache-2.0
/**
 * Ports, TLS, connection limits and timeouts: the only room besides the codec and the admin listener that touches Helidon's web
 * server. Each accepted connection is handed to a codec on its own virtual thread.
 */
@NullMarked
package io.penstock.gateway.listener;

import org.jspecify.annotations.NullMarked;
