// SPDX-License-Identifier: Apache-2.0
/**
 * A cluster as a route sees it: every attempt of an exchange gets an endpoint, and what the attempt shows is learned from. Called by the
 * pipeline; knows the floor, its sister rooms {@code balance}, {@code health} and {@code guard}, and the targets of {@code lookup} for
 * their addresses. The way to a connection is given to it.
 */
@NullMarked
package io.penstock.gateway.upstream.cluster;

import org.jspecify.annotations.NullMarked;
