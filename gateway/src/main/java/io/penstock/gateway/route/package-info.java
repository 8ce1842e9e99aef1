// SPDX-License-Identifier: Apache-2.0
/**
 * The compiled route table: finds what a request selects, explains why, and rewrites the path of what was found. Others call {@link
 * io.penstock.gateway.route.RouteTable} and {@link io.penstock.gateway.route.PathRewrite}. Knows the floor alone.
 */
@NullMarked
package io.penstock.gateway.route;

import org.jspecify.annotations.NullMarked;
