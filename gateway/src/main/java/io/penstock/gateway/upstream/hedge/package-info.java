// SPDX-License-Identifier: Apache-2.0
/**
 * Two attempts at one request at the same time, of which the first to answer is the response. Called by the cluster, which decides when and
 * where; knows the floor only.
 */
@NullMarked
package io.penstock.gateway.upstream.hedge;

import org.jspecify.annotations.NullMarked;
