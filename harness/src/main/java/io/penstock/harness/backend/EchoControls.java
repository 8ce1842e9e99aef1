// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Locale;

/**
 * What a caller of the echo service asks for in its request metadata; anything malformed is refused with
 * INVALID_ARGUMENT.
 *
 * <table>
 * <caption>request metadata</caption>
 * <tr><td>{@code echo-delay-ms: N}</td><td>wait before each answer message, 0 to 600 000; default 0</td></tr>
 * <tr><td>{@code echo-size: N}</td><td>answer N zero bytes, 0 to 64 MiB, in place of the message</td></tr>
 * <tr><td>{@code echo-count: N}</td><td>answer messages of {@code ServerStream}, default 1</td></tr>
 * <tr><td>{@code echo-status: CODE [MESSAGE]}</td><td>end with this status (name or number); a unary or
 * client-streaming call then gets no answer message</td></tr>
 * <tr><td>{@code echo-header-NAME: VALUE}</td><td>the response head carries NAME</td></tr>
 * <tr><td>{@code echo-trailer-NAME: VALUE}</td><td>the trailers carry NAME</td></tr>
 * <tr><td>{@code echo-reset: N}</td><td>reset the stream with CANCEL after N answer messages</td></tr>
 * </table>
 *
 * @param size -1 to answer the caller's own bytes
 * @param resetAfter -1 for no reset
 */
record EchoControls(
        long delayMillis, int size, long count, Status status, Metadata head, Metadata trailers, long resetAfter) {

    private static final int MAX_SIZE = 64 << 20;

    static EchoControls from(Metadata request) {
        return new EchoControls(
                number(request, "echo-delay-ms", 0, 600_000),
                Math.toIntExact(number(request, "echo-size", -1, MAX_SIZE)),
                number(request, "echo-count", 1, Long.MAX_VALUE),
                status(request),
                copied(request, "echo-header-"),
                copied(request, "echo-trailer-"),
                number(request, "echo-reset", -1, Long.MAX_VALUE));
    }

    private static long number(Metadata request, String name, long absent, long most) {
        var text = request.get(key(name));
        if (text == null) {
            return absent;
        }
        try {
            long number = Long.parseLong(text.strip());
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below, as a number out of range is
        }
        throw refused(name + ": found " + text + ", expected 0 to " + most);
    }

    private static Status status(Metadata request) {
        var text = request.get(key("echo-status"));
        if (text == null) {
            return Status.OK;
        }
        var parts = text.strip().split(" ", 2);
        var status = code(parts[0]).toStatus();
        return parts.length == 2 ? status.withDescription(parts[1]) : status;
    }

    private static Status.Code code(String text) {
        for (var code : Status.Code.values()) {
            if (code.name().equals(text.toUpperCase(Locale.ROOT))
                    || Integer.toString(code.value()).equals(text)) {
                return code;
            }
        }
        throw refused("echo-status: found " + text + ", expected a gRPC status name or 0 to 16");
    }

    private static Metadata copied(Metadata request, String prefix) {
        var copied = new Metadata();
        for (var name : request.keys()) {
            if (!name.startsWith(prefix) || name.length() == prefix.length()) {
                continue;
            }
            var bare = name.substring(prefix.length());
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                copyAll(request, binary(name), copied, binary(bare));
            } else {
                copyAll(request, key(name), copied, key(bare));
            }
        }
        return copied;
    }

    private static <T> void copyAll(Metadata from, Metadata.Key<T> name, Metadata into, Metadata.Key<T> bare) {
        var values = from.getAll(name);
        if (values != null) {
            values.forEach(value -> into.put(bare, value));
        }
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private static Metadata.Key<byte[]> binary(String name) {
        return Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
    }

    private static RuntimeException refused(String why) {
        return Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException();
    }
}
