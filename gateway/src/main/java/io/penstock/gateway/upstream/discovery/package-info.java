// SPDX-License-Identifier: Apache-2.0
/**
 * Who the endpoints of a cluster are, as somebody else tells: DNS or Consul. A source asks again and again on a thread of its own,
 * tells every change, and keeps the last good answer while nobody answers.
 *
 * <p>From outside: {@link io.penstock.gateway.upstream.discovery.EndpointSource}. Knows the floor, and names of the lookup room.
 */
@NullMarked
package io.penstock.gateway.upstream.discovery;

import org.jspecify.annotations.NullMarked;
