// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

/** What the client speaks, and what the upstream speaks. */
enum ProtocolPair {
    HTTP1_TO_HTTP1(true, true),
    HTTP1_TO_HTTP2(true, false),
    HTTP2_TO_HTTP1(false, true),
    HTTP2_TO_HTTP2(false, false);

    private final boolean http1Client;
    private final boolean http1Upstream;

    ProtocolPair(boolean http1Client, boolean http1Upstream) {
        this.http1Client = http1Client;
        this.http1Upstream = http1Upstream;
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
