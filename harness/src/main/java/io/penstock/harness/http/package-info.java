// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP/1.1 as a client of the harness speaks it: connections that count every byte, load at a stated rate, and many
 * connections held idle.
 *
 * <p>Called by the commands and by drills: {@link HttpRun}, {@link HttpPlan}, {@link HttpReport}, {@link HttpConnection},
 * {@link IdleConnections}. Depends on no other room.
 */
@NullMarked
package io.penstock.harness.http;

import org.jspecify.annotations.NullMarked;
