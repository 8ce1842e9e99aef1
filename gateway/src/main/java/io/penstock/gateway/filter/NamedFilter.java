// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

/**
 * A filter of a route.
 *
 * @param name what the configuration calls it; empty for what comes of a key of the route or of the file
 */
public record NamedFilter(String name, Filter filter) {}
