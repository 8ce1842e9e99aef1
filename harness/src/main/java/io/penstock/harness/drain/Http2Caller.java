// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.Message;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends one request after the other on a connection that it shares; what was not processed is sent again on another one. */
final class Http2Caller implements Caller {

    private static final byte[] BODY = new byte[2_000];

    private final DrainPlan plan;
    private final Tally tally;
    private final Http2Clients clients;
    private final int number;

    Http2Caller(DrainPlan plan, Tally tally, Http2Clients clients, int number) {
        this.plan = plan;
        this.tally = tally;
        this.clients = clients;
        this.number = number;
    }

    @Override
    public boolean call() throws IOException, InterruptedException {
        boolean post = number % 2 == 1;
        var head = Field.list(
                ":method",
                post ? "POST" : "GET",
                ":scheme",
                "http",
                ":authority",
                plan.authority(),
                ":path",
                "/number/" + number);
        if (post) {
            head.add(new Field("content-length", Integer.toString(BODY.length)));
        }
        try {
            var stream = open(head, !post);
            if (stream == null) {
                return true;
            }
            if (post) {
                stream.send(BODY, true);
            }
            finish(stream);
        } catch (ConnectException e) {
            return false;
        } catch (Http2Client.UnprocessedException e) {
            return true; // the next call is this one again
        } catch (IOException e) {
            tally.failed(e.toString());
        }
        return true;
    }

    private Http2Client.@Nullable Stream open(List<Field> head, boolean end) throws IOException {
        var client = clients.usable();
        try {
            return client.open(head, end);
        } catch (IOException e) {
            if (client.usable()) {
                throw e;
            }
            return null; // it went away while we began: nothing was sent
        }
    }

    private void finish(Http2Client.Stream stream) throws IOException, InterruptedException {
        var status = "";
        while (true) {
            switch (stream.next()) {
                case Message.Head head -> {
                    status = status.isEmpty() ? head.value(":status") : status;
                    if (head.endStream()) {
                        ended(status);
                        return;
                    }
                }
                case Message.Other(Frame frame) -> {
                    if (frame.type() == Frame.RST_STREAM) {
                        throw new EOFException("reset with code " + frame.number(0));
                    }
                    if (frame.has(Frame.END_STREAM)) {
                        ended(status);
                        return;
                    }
                }
            }
        }
    }

    private void ended(String status) {
        if (status.equals("200")) {
            tally.answered();
        } else {
            tally.failed("status " + status);
        }
    }

    @Override
    public void close() throws IOException {
        clients.close();
    }
}
