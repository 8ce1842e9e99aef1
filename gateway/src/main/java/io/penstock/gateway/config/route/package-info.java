// SPDX-License-Identifier: Apache-2.0
/** The chapter {@code routes}: what is done with the requests that a route matches. */
@NullMarked
package io.penstock.gateway.config.route;

import org.jspecify.annotations.NullMarked;
