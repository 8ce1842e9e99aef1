// SPDX-License-Identifier: Apache-2.0
/**
 * Configuration that changes while the gateway runs: {@link Dynamic} follows the documents of a store, checks and writes changes, and hands whole
 * configurations to whoever applies them. May use {@code config} and {@code store}; used by the root and the admin listener.
 */
@NullMarked
package io.penstock.gateway.dynamic;

import org.jspecify.annotations.NullMarked;
