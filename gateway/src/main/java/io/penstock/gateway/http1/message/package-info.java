// SPDX-License-Identifier: Apache-2.0
/**
 * What a message of HTTP/1.1 is made of, read: heads, lines, fields, tokens, and bodies from the bytes of a connection.
 *
 * <p>Refuses what two readers could understand differently. Called by the connections of the room above.
 */
@NullMarked
package io.penstock.gateway.http1.message;

import org.jspecify.annotations.NullMarked;
