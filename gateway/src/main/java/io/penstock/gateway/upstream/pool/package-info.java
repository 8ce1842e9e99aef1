// SPDX-License-Identifier: Apache-2.0
/**
 * The connections to one target, by protocol: who waits for one, which is taken, when it ends and how all of that is counted.
 *
 * <p>{@code Upstreams} keeps one pool for each identity; {@link io.penstock.gateway.upstream.pool.Pool} is what it knows of them.
 */
@NullMarked
package io.penstock.gateway.upstream.pool;

import org.jspecify.annotations.NullMarked;
