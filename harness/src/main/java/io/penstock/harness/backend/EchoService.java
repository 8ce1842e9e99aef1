// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The service {@code penstock.Echo}: {@code Unary}, {@code ClientStream}, {@code ServerStream} and {@code Bidi} over
 * raw bytes, steered by request metadata (see {@link EchoControls}).
 *
 * <p>{@code Unary} answers its message, {@code ClientStream} the text {@code messages=N bytes=N}, {@code ServerStream}
 * its message {@code echo-count} times, and {@code Bidi} each message as it comes, one at a time.
 */
public final class EchoService {

    public static final String NAME = "penstock.Echo";
    public static final MethodDescriptor<byte[], byte[]> UNARY = method("Unary", MethodType.UNARY);
    public static final MethodDescriptor<byte[], byte[]> CLIENT_STREAM =
            method("ClientStream", MethodType.CLIENT_STREAMING);
    public static final MethodDescriptor<byte[], byte[]> SERVER_STREAM =
            method("ServerStream", MethodType.SERVER_STREAMING);
    public static final MethodDescriptor<byte[], byte[]> BIDI = method("Bidi", MethodType.BIDI_STREAMING);

    private EchoService() {}

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder(new BytesMarshaller(), new BytesMarshaller())
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, name))
                .build();
    }

    /** Defines the service; its delays run on {@code timer}, which stays the caller's. */
    static ServerServiceDefinition define(ScheduledExecutorService timer) {
        return ServerServiceDefinition.builder(NAME)
                .addMethod(UNARY, (call, head) -> EchoCall.start(call, head, timer))
                .addMethod(CLIENT_STREAM, (call, head) -> EchoCall.start(call, head, timer))
                .addMethod(SERVER_STREAM, (call, head) -> EchoCall.start(call, head, timer))
                .addMethod(BIDI, (call, head) -> EchoCall.start(call, head, timer))
                .build();
    }
}
