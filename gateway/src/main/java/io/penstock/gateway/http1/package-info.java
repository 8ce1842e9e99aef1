// SPDX-License-Identifier: Apache-2.0
/**
 * The HTTP/1.1 codec (RFC 9112) for both roles, in blocking style: a connection carries one exchange after the other. The same code serves
 * on an event loop what is here whole, and so never blocks there ({@code OnLoop}). Messages as they are read have the room
 * {@code message}, as they are written the room {@code write}. Depends on the floor and on the wire only.
 */
@NullMarked
package io.penstock.gateway.http1;

import org.jspecify.annotations.NullMarked;
