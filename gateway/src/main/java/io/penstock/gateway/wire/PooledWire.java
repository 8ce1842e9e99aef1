// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

/** A wire that a pool keeps while nobody uses it. Its methods are called only while no read and no write is under way. */
public interface PooledWire extends Wire {

    /** Whether the peer has neither sent anything nor ended its side. Never waits. */
    boolean quiet();

    /** Gives buffers back that the next use makes again. */
    void rest();

    /** What both sides agreed on by ALPN; empty without TLS or agreement. */
    String protocol();
}
