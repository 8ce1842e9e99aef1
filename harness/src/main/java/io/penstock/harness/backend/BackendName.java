// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Says in {@code x-backend} which backend answered: in the head, or in the trailers of an answer that has no head. */
final class BackendName implements ServerInterceptor {

    private final String name;

    BackendName(String name) {
        this.name = name;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata request, ServerCallHandler<Q, A> next) {
        return next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    private boolean headSent;

                    @Override
                    public void sendHeaders(Metadata head) {
                        headSent = true;
                        head.put(Backends.BACKEND_KEY, name);
                        super.sendHeaders(head);
                    }

                    @Override
                    public void close(Status status, Metadata trailers) {
                        if (!headSent) {
                            trailers.put(Backends.BACKEND_KEY, name);
                        }
                        super.close(status, trailers);
                    }
                },
                request);
    }
}
