// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.token;

/** How tokens are signed (RFC 7518 §3.1). */
public enum TokenAlgorithm {
    /** ECDSA on P-256. */
    ES256,
    /** HMAC with SHA-256. */
    HS256
}
