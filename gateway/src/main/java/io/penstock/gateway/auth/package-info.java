// SPDX-License-Identifier: Apache-2.0
/**
 * Who a caller is: proofs of it, and what has been verified, for the filters that ask. Knows the floor and stores; answers nobody by itself.
 */
@NullMarked
package io.penstock.gateway.auth;

import org.jspecify.annotations.NullMarked;
