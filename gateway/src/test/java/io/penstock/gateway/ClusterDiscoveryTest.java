// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.lookup.NameServer;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.call.CallPlan;
import io.penstock.harness.call.CallResult;
import io.penstock.harness.call.Caller;
import io.penstock.harness.call.Kind;
import io.penstock.harness.wire.Field;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cluster whose endpoints DNS tells, from the record to the call. */
@Timeout(60)
class ClusterDiscoveryTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static CallResult call(Caller caller, LocalGateway gateway) {
        try {
            return caller.make(new CallPlan(
                    Kind.UNARY, gateway.address(), "", List.<Field>of(), 1, 10, "/", Duration.ofSeconds(5)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    void sendsCallsWhereTheRecordsSayAndStaysThereWhileNobodyAnswers() throws Exception {
        try (Backends backends = Backends.start(Backends.Ports.any());
                NameServer names = new NameServer()) {
            String a = "_grpc._tcp.jobs.test. 0 IN SRV 1 1 " + backends.grpcA() + " here.test.";
            String b = "_grpc._tcp.jobs.test. 0 IN SRV 1 1 " + backends.grpcB() + " here.test.";
            names.zone(a, "here.test. 0 IN A 127.0.0.1");
            try (LocalGateway gateway =
                            LocalGateway.start("""
                            listeners: [{name: public, address: 127.0.0.1, port: 0}]
                            routes: [{name: all, cluster: jobs}]
                            clusters:
                              - name: jobs
                                discovery: {dns: {name: _grpc._tcp.jobs.test, records: srv, servers: ["127.0.0.1:%d"],
                                                  min-refresh: 100ms}}
                            admin: {port: 0}
                            access-log: {output: none}
                            """.formatted(names.address().getPort()));
                    Caller caller = new Caller(gateway.address())) {
                Await.until(
                        "the first answer",
                        SOON,
                        () -> call(caller, gateway).backend().equals("a"));

                names.zone(b, "here.test. 0 IN A 127.0.0.1");
                Await.until(
                        "the change",
                        SOON,
                        () -> call(caller, gateway).backend().equals("b"));

                int before = names.questions();
                names.fail();
                Await.until("asked in vain", SOON, () -> names.questions() > before + 1);
                assertThat(call(caller, gateway).backend()).isEqualTo("b");

                names.zone("nobody.test. 0 IN A 127.0.0.1");
                Await.until(
                        "no endpoint is left",
                        SOON,
                        () -> !call(caller, gateway).succeeded());
                names.zone(a, "here.test. 0 IN A 127.0.0.1");
                Await.until(
                        "there again",
                        SOON,
                        () -> call(caller, gateway).backend().equals("a"));
            }
        }
    }
}
