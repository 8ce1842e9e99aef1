// SPDX-License-Identifier: Apache-2.0
/** The policies that requests and responses pass, one small class each. Depends on {@code config} and {@code exchange} only. */
@NullMarked
package io.penstock.gateway.filter;

import org.jspecify.annotations.NullMarked;
