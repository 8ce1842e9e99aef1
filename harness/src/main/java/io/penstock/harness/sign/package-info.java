// SPDX-License-Identifier: Apache-2.0
/**
 * Requests signed as RFC 9421 has it, with HMAC-SHA-256 or Ed25519, their bodies by {@code content-digest} (RFC 9530); and one such request sent.
 *
 * <p>Called by the command {@code sign} and by tests: {@link RequestSigner}, {@link SigningKey}, {@link SigningPlan}, {@link SignedCall}. Depends
 * on {@code wire} for fields.
 */
@NullMarked
package io.penstock.harness.sign;

import org.jspecify.annotations.NullMarked;
