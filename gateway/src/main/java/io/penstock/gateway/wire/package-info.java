// SPDX-License-Identifier: Apache-2.0
/**
 * The bytes of one connection, below every codec, and the event loops on which connections wait without a thread; and
 * how many descriptors there are for them. Knows no other room;
 * codecs, the listener and the pools call it.
 */
@NullMarked
package io.penstock.gateway.wire;

import org.jspecify.annotations.NullMarked;
