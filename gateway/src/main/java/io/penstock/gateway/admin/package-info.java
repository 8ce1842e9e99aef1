// SPDX-License-Identifier: Apache-2.0
/**
 * The admin listener: health, readiness, metrics, connections and look-ups over HTTP/1.1, on loopback by default. Knows only {@code
 * config}; what it shows comes through the small views of this room, which {@code Gateway} fills from the other rooms. From outside:
 * {@link io.penstock.gateway.admin.AdminServer} and the views.
 */
@NullMarked
package io.penstock.gateway.admin;

import org.jspecify.annotations.NullMarked;
