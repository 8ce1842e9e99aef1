// SPDX-License-Identifier: Apache-2.0
/**
 * Says what the gateway would do with a request, and why, for the command line and for trusted callers.
 *
 * <p>Knows the configuration, the route table and the filters; sends nothing.
 */
@NullMarked
package io.penstock.gateway.explain;

import org.jspecify.annotations.NullMarked;
