// SPDX-License-Identifier: Apache-2.0
/**
 * Where dynamic configuration lives: keys and values that change while the gateway runs, in a file of the gateway itself or in
 * Redis.
 *
 * <p>From outside: {@link io.penstock.gateway.store.Store#of} makes the store of a configuration, {@link
 * io.penstock.gateway.store.EmbeddedStore} can also be written to, and {@link io.penstock.gateway.store.Decisions} are what nodes decide
 * together. Depends on the floor only.
 */
@NullMarked
package io.penstock.gateway.store;

import org.jspecify.annotations.NullMarked;
