// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.CRC32C;

/** Part of one large block of random bytes: a message to send that costs no memory of its own. */
@SuppressWarnings("ArrayRecordComponent")
record Slice(byte[] block, int offset, int length) {

    /** What came back, reduced to what can be compared; the bytes are dropped as they are read. */
    record Print(int length, long hash) {}

    Print print() {
        var hash = new CRC32C();
        hash.update(block, offset, length);
        return new Print(length, hash.getValue());
    }

    /** Writes slices; nothing reads them. */
    static final class Writer implements Marshaller<Slice> {
        @Override
        public InputStream stream(Slice slice) {
            return new ByteArrayInputStream(slice.block(), slice.offset(), slice.length());
        }

        @Override
        public Slice parse(InputStream stream) {
            throw new UnsupportedOperationException("slices are only sent");
        }
    }

    /** Reads prints; nothing writes them. */
    static final class Reader implements Marshaller<Print> {
        @Override
        public InputStream stream(Print print) {
            throw new UnsupportedOperationException("prints are only received");
        }

        @Override
        public Print parse(InputStream stream) {
            var hash = new CRC32C();
            var chunk = new byte[16 << 10];
            int length = 0;
            try {
                for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                    hash.update(chunk, 0, read);
                    length += read;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Print(length, hash.getValue());
        }
    }
}
