// SPDX-License-Identifier: Apache-2.0
/** The chapter {@code dynamic}: what changes while the gateway runs, and how documents become parts of a configuration. */
@NullMarked
package io.penstock.gateway.config.dynamic;

import org.jspecify.annotations.NullMarked;
