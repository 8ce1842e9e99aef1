// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.call;

import io.grpc.MethodDescriptor;
import io.penstock.harness.backend.EchoService;
import java.util.Locale;
import java.util.Optional;

/** What can be called: the four gRPC kinds of the echo service, and a plain HTTP/2 GET. */
public enum Kind {
    UNARY,
    CLIENT_STREAM,
    SERVER_STREAM,
    BIDI,
    GET;

    /** Finds the method of the echo service; empty for {@link #GET}. */
    public Optional<MethodDescriptor<byte[], byte[]>> method() {
        return switch (this) {
            case UNARY -> Optional.of(EchoService.UNARY);
            case CLIENT_STREAM -> Optional.of(EchoService.CLIENT_STREAM);
            case SERVER_STREAM -> Optional.of(EchoService.SERVER_STREAM);
            case BIDI -> Optional.of(EchoService.BIDI);
            case GET -> Optional.empty();
        };
    }

    /** Whether one request message is sent, whatever the count. */
    public boolean sendsOneMessage() {
        return this == UNARY || this == SERVER_STREAM;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
