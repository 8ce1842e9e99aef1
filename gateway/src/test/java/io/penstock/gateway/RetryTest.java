// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RetryTest {
    private static final byte[] EMPTY = {};

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin("replay-bytes: 1KiB");

    @Test
    void sendsARefusedCallAgainOnAnotherConnection() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        client.data(call, "question", true);
        FramePeer first = gateway.origin().connection();
        assertThat(first.awaitHead(1).value(":method")).isEqualTo("POST");
        first.awaitRest(1);

        first.reset(1, WireFrame.REFUSED_STREAM);
        FramePeer second = gateway.origin().connection();
        assertThat(second.awaitHead(1).value(":method")).isEqualTo("POST");
        assertThat(second.awaitRest(1).text()).isEqualTo("question");
        second.grpcAnswer(1, "answer");

        client.awaitHead(call);
        assertThat(client.awaitRest(call).text()).isEqualTo("answer");
        Exchange exchange = gateway.ended();
        assertThat(exchange.attempts()).isEqualTo(2);
        assertThat(exchange.cause()).isNull();
    }

    @Test
    void sendsWhatWasHeldOfARefusedUploadAndThenTheRest() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        client.data(call, "first ", false);
        FramePeer first = gateway.origin().connection();
        first.awaitHead(1);
        assertThat(first.next(1).text()).isEqualTo("first ");

        first.reset(1, WireFrame.REFUSED_STREAM);
        FramePeer second = gateway.origin().connection();
        second.awaitHead(1);
        assertThat(second.next(1).text()).isEqualTo("first ");
        client.data(call, "second ", false);
        client.data(call, "third", true);

        assertThat(second.awaitRest(1).text()).isEqualTo("second third");
    }

    @Test
    void sendsHeldTrailersAgain() {
        FramePeer client = gateway.client();
        int call = client.post("/");
        client.data(call, "body", false);
        client.head(call, true, "x-checksum", "42");
        FramePeer first = gateway.origin().connection();
        first.awaitHead(1);
        first.awaitRest(1);

        first.reset(1, WireFrame.REFUSED_STREAM);
        FramePeer second = gateway.origin().connection();
        second.awaitHead(1);
        FramePeer.Rest rest = second.awaitRest(1);

        assertThat(rest.text()).isEqualTo("body");
        assertThat(rest.trailer().value("x-checksum")).isEqualTo("42");
    }

    @Test
    void givesUpAfterTheSecondRefusal() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        client.data(call, EMPTY, true);
        FramePeer first = gateway.origin().connection();
        first.awaitRest(1);

        first.reset(1, WireFrame.REFUSED_STREAM);
        FramePeer second = gateway.origin().connection();
        second.awaitRest(1);
        second.reset(1, WireFrame.REFUSED_STREAM);

        assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("14");
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isEqualTo(Cause.UPSTREAM_REFUSED);
        assertThat(exchange.attempts()).isEqualTo(2);
    }

    @Test
    void doesNotRepeatAnUploadThatIsLargerThanWhatIsHeld() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        client.data(call, new byte[1_000], false);
        client.data(call, new byte[1_000], false);
        FramePeer first = gateway.origin().connection();
        first.awaitHead(1);
        first.awaitData(1, 2_000);

        first.reset(1, WireFrame.REFUSED_STREAM);

        assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("14");
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isEqualTo(Cause.UPSTREAM_REFUSED);
        assertThat(exchange.attempts()).isEqualTo(1);
    }

    @Test
    void doesNotRepeatACallWhoseResponseHasBegun() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.grpcResponse(1);
        client.awaitHead(call);

        origin.reset(1, WireFrame.REFUSED_STREAM);

        assertThat(client.awaitRest(call).trailer().value("grpc-status")).isEqualTo("14");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);
    }

    @Test
    void doesNotRepeatACallThatWasResetForAnotherReason() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        origin.reset(1, WireFrame.INTERNAL_ERROR);

        assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("14");
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isEqualTo(Cause.UPSTREAM_RESET);
        assertThat(exchange.attempts()).isEqualTo(1);
    }

    @Test
    void doesNotRepeatACallWhoseConnectionWasLost() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        origin.abort();

        assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("14");
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isEqualTo(Cause.UPSTREAM_RESET);
        assertThat(exchange.attempts()).isEqualTo(1);
    }

    @Test
    void repeatsOnlyTheCallsAboveTheLastOfAGoaway() {
        FramePeer client = gateway.client();
        int below = client.grpc();
        FramePeer first = gateway.origin().connection();
        first.awaitHead(1);
        int above = client.grpc();
        client.data(above, "again", true);
        first.awaitHead(3);
        first.awaitRest(3);

        first.goaway(1, WireFrame.NO_ERROR);
        FramePeer second = gateway.origin().connection();
        second.awaitHead(1);
        assertThat(second.awaitRest(1).text()).isEqualTo("again");
        second.grpcAnswer(1, "from the second");
        first.grpcAnswer(1, "from the first");
        client.data(below, EMPTY, true);

        client.awaitHead(above);
        assertThat(client.awaitRest(above).text()).isEqualTo("from the second");
        client.awaitHead(below);
        assertThat(client.awaitRest(below).text()).isEqualTo("from the first");
        first.awaitEnd(); // with its last stream
    }

    @Test
    void givesUpAfterTheSecondGoaway() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer first = gateway.origin().connection();
        first.awaitHead(1);

        first.goaway(0, WireFrame.NO_ERROR);
        FramePeer second = gateway.origin().connection();
        second.awaitHead(1);
        second.goaway(0, WireFrame.NO_ERROR);

        assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("14");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_GOAWAY);
    }

    @Test
    void sendsNewCallsElsewhereAfterAGoawayThatExcludesNone() {
        FramePeer client = gateway.client();
        int old = client.grpc();
        FramePeer first = gateway.origin().connection();
        first.awaitHead(1);

        first.goaway(Integer.MAX_VALUE, WireFrame.NO_ERROR);
        first.roundTrip();
        client.grpc();

        gateway.origin().connection().awaitHead(1);
        first.grpcAnswer(1, "old");
        client.awaitHead(old);
        assertThat(client.awaitRest(old).text()).isEqualTo("old");
    }

    @Test
    void usesTheSameConnectionWhenNoOtherCanBeHad() {
        try (RunningGateway one = RunningGateway.toOrigin("max-connections: 1").start()) {
            FramePeer client = one.client();
            int call = client.grpc();
            FramePeer origin = one.origin().connection();
            origin.awaitHead(1);

            origin.reset(1, WireFrame.REFUSED_STREAM);
            origin.awaitHead(3);
            origin.grpcAnswer(3, "at last");

            client.awaitHead(call);
            assertThat(client.awaitRest(call).text()).isEqualTo("at last");
        }
    }

    @Test
    void finishesTheStreamsOfAClientThatSaysGoaway() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        client.goaway(0, WireFrame.NO_ERROR);
        client.roundTrip();
        origin.grpcAnswer(1, "still served");

        client.awaitHead(call);
        assertThat(client.awaitRest(call).text()).isEqualTo("still served");
    }
}
