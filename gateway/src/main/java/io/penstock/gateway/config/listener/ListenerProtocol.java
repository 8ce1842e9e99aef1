// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.listener;

/** What a listener speaks; told apart by ALPN on TLS, otherwise by the first bytes of a connection. */
public enum ListenerProtocol {
    /** HTTP/1.1, and HTTP/1.0. */
    HTTP1,
    /** HTTP/2; in cleartext with prior knowledge. */
    HTTP2
}
