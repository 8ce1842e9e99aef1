// SPDX-License-Identifier: Apache-2.0
/** The chapter {@code listeners}: ports, TLS, what both versions of HTTP allow a caller, and what is done with ambiguous paths. */
@NullMarked
package io.penstock.gateway.config.listener;

import org.jspecify.annotations.NullMarked;
