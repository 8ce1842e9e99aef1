// SPDX-License-Identifier: Apache-2.0
/**
 * The admin listener: health, readiness, metrics, connections, look-ups and the configuration over HTTP/1.1, on loopback by default. The
 * pages know only {@code config}, {@code dynamic} and the small views of this room; {@link io.penstock.gateway.admin.Views} fills those from the rooms
 * that are shown, which {@code Gateway} hands over. From outside: {@link io.penstock.gateway.admin.AdminServer} and the views.
 */
@NullMarked
package io.penstock.gateway.admin;

import org.jspecify.annotations.NullMarked;
