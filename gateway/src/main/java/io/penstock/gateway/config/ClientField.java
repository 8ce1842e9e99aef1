// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

/** In which field trusted proxies name the client. */
public enum ClientField {
    /** A list of addresses. */
    X_FORWARDED_FOR,
    /** The {@code for} parameters of RFC 7239. */
    FORWARDED
}
