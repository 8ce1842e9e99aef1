// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.testing.integration.TestServiceClient;
import io.penstock.gateway.listener.Listener;
import io.penstock.harness.backend.Backends;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** grpc-java's interoperability client through the gateway, by `jobid`, against grpc-java's interoperability service. */
class InteropTest {
    private static Backends backends;
    private static LocalGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        backends = Backends.start(Backends.Ports.any());
        gateway = LocalGateway.start("""
                listeners: [{name: public, address: 127.0.0.1, port: 0}]
                routes: [{name: jobs, lookup: job}]
                lookups: [{name: job, store: jobs, key: "${jobid}"}]
                stores: [{name: jobs, embedded: {seed: {demo-1: "127.0.0.1:%d"}}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(backends.grpcA()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        backends.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "empty_unary",
                "large_unary",
                "client_compressed_unary_noprobe",
                "server_compressed_unary",
                "client_streaming",
                "client_compressed_streaming_noprobe",
                "server_streaming",
                "server_compressed_streaming",
                "ping_pong",
                "empty_stream",
                "custom_metadata",
                "status_code_and_message",
                "special_status_message",
                "unimplemented_method",
                "unimplemented_service",
                "cancel_after_begin",
                "cancel_after_first_response",
                "timeout_on_sleeping_server",
                "very_large_request",
                "pick_first_unary"
            })
    void passes(String testCase) throws Exception {
        Listener listener = gateway.listener();
        long before = listener.accepted();

        interop(testCase);

        // a call that is cancelled at once, or has a deadline of a millisecond, may end before its client has connected
        if (!testCase.equals("cancel_after_begin") && !testCase.equals("timeout_on_sleeping_server")) {
            assertThat(listener.accepted()).as("calls went through the gateway").isGreaterThan(before);
        }
    }

    @Test
    void keepsOneConnectionThroughASoak() throws Exception {
        long before = gateway.listener().accepted();

        interop("rpc_soak", "--soak_iterations=100", "--soak_max_failures=0", "--soak_overall_timeout_seconds=30");

        assertThat(gateway.listener().accepted()).isEqualTo(before + 1);
    }

    @Test
    void takesANewConnectionForEachCallOfAChannelSoak() throws Exception {
        long before = gateway.listener().accepted();

        interop("channel_soak", "--soak_iterations=20", "--soak_max_failures=0", "--soak_overall_timeout_seconds=30");

        assertThat(gateway.listener().accepted()).isGreaterThanOrEqualTo(before + 20);
    }

    /** The client's own entry point, which throws when the case fails. */
    private static void interop(String testCase, String... more) throws Exception {
        String[] arguments = new String[5 + more.length];
        arguments[0] = "--server_host=127.0.0.1";
        arguments[1] = "--server_port=" + gateway.port();
        arguments[2] = "--use_tls=false";
        arguments[3] = "--additional_metadata=jobid:demo-1";
        arguments[4] = "--test_case=" + testCase;
        System.arraycopy(more, 0, arguments, 5, more.length);
        TestServiceClient.main(arguments);
    }
}
