// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import io.penstock.harness.http.HttpConnection;
import io.penstock.harness.http.HttpRequest;
import io.penstock.harness.http.HttpTarget;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request after the other over HTTP/1.1, until nobody listens any more. Uses a connection for as long as the answers allow it,
 * or for one request only. Nothing is ever sent twice.
 */
final class Http1Caller implements Caller {

    private final DrainPlan plan;
    private final Tally tally;
    private final HttpRequest request;
    private @Nullable HttpConnection connection;
    private boolean fresh;

    Http1Caller(DrainPlan plan, Tally tally, int number, boolean anew) {
        this.plan = plan;
        this.tally = tally;
        var target = new HttpTarget(plan.to(), "/number/" + number);
        boolean post = number % 2 == 1;
        this.request = target.request(
                post ? "POST" : "GET", anew ? List.of("connection: close") : List.of(), post ? 2_000 : 0);
    }

    @Override
    public boolean call() throws IOException {
        HttpConnection to;
        try {
            to = connected();
        } catch (ConnectException e) {
            return false;
        }
        try {
            var answer = to.exchange(request, plan.timeout());
            fresh = false;
            if (answer.status() == 200) {
                tally.answered();
            } else {
                tally.failed("status " + answer.status());
            }
            if (!answer.reusable()) {
                close();
            }
        } catch (IOException e) {
            if (fresh && e instanceof SocketException && tally.draining()) {
                tally.turnedAway();
            } else {
                tally.failed(e.toString());
            }
            close();
        }
        return true;
    }

    private HttpConnection connected() throws IOException {
        var open = connection;
        if (open == null) {
            open = HttpConnection.open(plan.to(), plan.timeout());
            tally.connected();
            connection = open;
            fresh = true;
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        var open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }
}
