// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

/** A counter of the kernel that each sample has. */
public enum Counter {
    /** Connections that this host has opened. */
    ACTIVE_OPENS("ActiveOpens"),
    /** Connections that it has accepted. */
    PASSIVE_OPENS("PassiveOpens"),
    /** Connections lost because a listener's backlog was full. */
    LISTEN_OVERFLOWS("ListenOverflows"),
    /** Sockets whose time in TIME_WAIT has ended. */
    TIME_WAITED("TW"),
    /** Sockets in TIME_WAIT whose port a new connection took over. */
    RECYCLED("TWRecycled"),
    /** Sockets destroyed, or never put into TIME_WAIT, because tcp_max_tw_buckets were there. */
    OVERFLOWED("TCPTimeWaitOverflow");

    private final String kernelName;

    Counter(String kernelName) {
        this.kernelName = kernelName;
    }

    /** As /proc/net/snmp and /proc/net/netstat have it. */
    public String kernelName() {
        return kernelName;
    }
}
