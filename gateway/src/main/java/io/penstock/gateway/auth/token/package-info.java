// SPDX-License-Identifier: Apache-2.0
/** Signed tokens (RFC 7519): the keys of their issuers, the check of a token, and those that have passed it. */
@NullMarked
package io.penstock.gateway.auth.token;

import org.jspecify.annotations.NullMarked;
