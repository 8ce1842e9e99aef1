// SPDX-License-Identifier: Apache-2.0
/** How an upstream is spoken to. A part of the chapters {@code clusters} and {@code lookups}. */
@NullMarked
package io.penstock.gateway.config.upstream;

import org.jspecify.annotations.NullMarked;
