// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.report;

/**
 * What Gatling counted of the requests of one name.
 *
 * @param p50Millis 50th percentile of the response times, -1 where there is none
 * @param p99Millis 99th percentile
 */
public record Requests(String name, long total, long ok, long ko, long p50Millis, long p99Millis) {

    /** What the name begins with, up to a colon: of several names that are one to the gateway. */
    public String family() {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }
}
