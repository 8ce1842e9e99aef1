// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Messages as the bytes they are: no schema, no generated code, no parsing cost in what is measured. */
final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {

    /** Sent in place of a message, it makes grpc-java reset the stream with CANCEL: there is no call for that. */
    static final byte[] RESET = {};

    @Override
    public InputStream stream(byte[] message) {
        if (message == RESET) {
            throw new IllegalStateException("reset on request");
        }
        return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
        try {
            if (stream instanceof KnownLength) {
                var message = new byte[stream.available()];
                stream.readNBytes(message, 0, message.length);
                return message;
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
