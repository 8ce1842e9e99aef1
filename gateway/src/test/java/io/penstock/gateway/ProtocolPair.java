// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

/** What the client speaks, and what the upstream speaks; bodies go their own way, or through the hands of a filter. */
enum ProtocolPair {
    HTTP1_TO_HTTP1(true, true, false),
    HTTP1_TO_HTTP2(true, false, false),
    HTTP2_TO_HTTP1(false, true, false),
    HTTP2_TO_HTTP2(false, false, false),
    HTTP1_TO_HTTP1_FILTERED(true, true, true),
    HTTP1_TO_HTTP2_FILTERED(true, false, true),
    HTTP2_TO_HTTP1_FILTERED(false, true, true),
    HTTP2_TO_HTTP2_FILTERED(false, false, true);

    private final boolean http1Client;
    private final boolean http1Upstream;
    private final boolean filtered;

    ProtocolPair(boolean http1Client, boolean http1Upstream, boolean filtered) {
        this.http1Client = http1Client;
        this.http1Upstream = http1Upstream;
        this.filtered = filtered;
    }

    /** Whether a filter sees the bodies of both directions. */
    boolean filtered() {
        return filtered;
    }

    boolean http1Client() {
        return http1Client;
    }

    boolean http1Upstream() {
        return http1Upstream;
    }

    /** What the client gets that speaks this protocol. */
    <T> T client(T inHttp1, T inHttp2) {
        return http1Client ? inHttp1 : inHttp2;
    }

    /** What the upstream gets that speaks this protocol. */
    <T> T upstream(T inHttp1, T inHttp2) {
        return http1Upstream ? inHttp1 : inHttp2;
    }
}
