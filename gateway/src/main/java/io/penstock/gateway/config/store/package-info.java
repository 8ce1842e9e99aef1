// SPDX-License-Identifier: Apache-2.0
/** The chapter {@code stores}: Redis and the embedded one. */
@NullMarked
package io.penstock.gateway.config.store;

import org.jspecify.annotations.NullMarked;
