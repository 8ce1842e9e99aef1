// SPDX-License-Identifier: Apache-2.0
/**
 * Whether an endpoint can be used: what checks say (active) and what live traffic shows (passive). Called by the cluster; knows the floor
 * and the TLS of upstreams.
 */
@NullMarked
package io.penstock.gateway.upstream.health;

import org.jspecify.annotations.NullMarked;
