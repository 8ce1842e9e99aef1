// SPDX-License-Identifier: Apache-2.0
/** Makes signed tokens (RFC 7519) for load, with the JDK alone. */
@NullMarked
package io.penstock.harness.token;

import org.jspecify.annotations.NullMarked;
