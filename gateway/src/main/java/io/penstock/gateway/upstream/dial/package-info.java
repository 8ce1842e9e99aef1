// SPDX-License-Identifier: Apache-2.0
/** Opens connections to upstreams: TCP, TLS and what goes ahead of them, within what all pools together may have. */
@NullMarked
package io.penstock.gateway.upstream.dial;

import org.jspecify.annotations.NullMarked;
