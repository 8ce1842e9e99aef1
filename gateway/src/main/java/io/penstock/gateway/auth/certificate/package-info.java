// SPDX-License-Identifier: Apache-2.0
/** What a client's certificate says of who it is, and the fields that tell upstreams of it. */
@NullMarked
package io.penstock.gateway.auth.certificate;

import org.jspecify.annotations.NullMarked;
