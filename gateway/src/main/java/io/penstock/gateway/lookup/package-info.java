// SPDX-License-Identifier: Apache-2.0
/**
 * Per-request targets from a key-value store: the key is made from fields of the request, the value is {@code host:port}. Cached,
 * loaded once per key at a time, changed by the store's word, and kept to the networks and ports that the configuration allows.
 *
 * <p>From outside: {@link io.penstock.gateway.lookup.Lookup}, its {@link io.penstock.gateway.lookup.Target}, and one {@link
 * io.penstock.gateway.lookup.NameCache} for all lookups of a gateway; {@link io.penstock.gateway.lookup.Dns} for whoever follows names
 * himself. Depends on the floor and on {@code store}.
 */
@NullMarked
package io.penstock.gateway.lookup;

import org.jspecify.annotations.NullMarked;
