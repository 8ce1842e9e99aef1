// SPDX-License-Identifier: Apache-2.0
/** Heads and bodies of HTTP/1.1 as they are written, and the bytes that wait to leave a connection. */
@NullMarked
package io.penstock.gateway.http1.write;

import org.jspecify.annotations.NullMarked;
