// SPDX-License-Identifier: Apache-2.0
/**
 * Requests that their callers have signed (RFC 9421): what is signed, by which key, and whether the signature holds. Pure: knows no store and no
 * clock but the one that it is given.
 */
@NullMarked
package io.penstock.gateway.auth.signature;

import org.jspecify.annotations.NullMarked;
