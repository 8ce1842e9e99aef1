// SPDX-License-Identifier: Apache-2.0
/** The chapter {@code filters}: named policies, one record for each kind, and what the keys of a route write in short. */
@NullMarked
package io.penstock.gateway.config.filter;

import org.jspecify.annotations.NullMarked;
