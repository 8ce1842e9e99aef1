// SPDX-License-Identifier: Apache-2.0
/**
 * Who we call: clusters, the pools of connections to their endpoints, and the ledger that counts every connection's birth, reuse
 * and death. Called by the pipeline; knows the floor, the wire and both codecs. {@link
 * io.penstock.gateway.upstream.Upstreams} keeps the pools ({@code pool}), which open connections with {@code dial}.
 */
@NullMarked
package io.penstock.gateway.upstream;

import org.jspecify.annotations.NullMarked;
