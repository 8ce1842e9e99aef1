// SPDX-License-Identifier: Apache-2.0
/**
 * The configuration over HTTP: {@code /v1/config}, draining of endpoints, and the upstream API that dyups has. Reads and changes documents by
 * {@code dynamic}, and knows nothing of Helidon. From outside: {@link io.penstock.gateway.admin.api.ConfigApi}.
 */
@NullMarked
package io.penstock.gateway.admin.api;

import org.jspecify.annotations.NullMarked;
