// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.call;

import io.penstock.harness.wire.Field;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One call to make.
 *
 * @param jobid sent as the field {@code jobid}; empty to send none
 * @param fields further request fields
 * @param count messages of each streaming direction
 * @param size bytes of each request message
 * @param path of a GET
 */
public record CallPlan(
        Kind kind,
        InetSocketAddress to,
        String jobid,
        List<Field> fields,
        int count,
        int size,
        String path,
        Duration timeout) {

    public CallPlan {
        fields = List.copyOf(fields);
    }

    /** The request fields to send: the given ones, and before them the jobid and what the kind needs. */
    List<Field> sent() {
        var sent = new ArrayList<Field>();
        if (!jobid.isEmpty()) {
            sent.add(new Field("jobid", jobid));
        }
        if (kind == Kind.SERVER_STREAM
                && fields.stream().noneMatch(f -> f.name().equals("echo-count"))) {
            sent.add(new Field("echo-count", Integer.toString(count)));
        }
        sent.addAll(fields);
        return sent;
    }
}
