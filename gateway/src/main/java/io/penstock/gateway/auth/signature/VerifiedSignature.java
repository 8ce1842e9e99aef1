// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import io.penstock.gateway.exchange.Identity;
import java.util.Optional;

/**
 * A signature that holds.
 *
 * @param keyId the key's
 * @param owner of the key
 * @param nonce which may have been seen before; absent when it has none, and may do without
 * @param coversBody whether {@code content-digest} was signed, so that the body has to be what that says
 */
public record VerifiedSignature(String keyId, Identity owner, Optional<String> nonce, boolean coversBody) {}
