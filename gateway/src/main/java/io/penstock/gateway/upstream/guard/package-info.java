// SPDX-License-Identifier: Apache-2.0
/**
 * What keeps a cluster from being asked too much: circuit breaker, bulkhead, the rules and the budget of retries. Called by the cluster;
 * knows only the floor and resilience4j.
 */
@NullMarked
package io.penstock.gateway.upstream.guard;

import org.jspecify.annotations.NullMarked;
