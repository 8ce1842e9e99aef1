// SPDX-License-Identifier: Apache-2.0
/** Requests of the gateway's own to a cluster: endpoints, retries, breakers and pools are those of every other exchange. */
@NullMarked
package io.penstock.gateway.upstream.call;

import org.jspecify.annotations.NullMarked;
