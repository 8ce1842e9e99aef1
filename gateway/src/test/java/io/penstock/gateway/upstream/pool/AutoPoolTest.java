// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.upstream.Upstreams;
import io.penstock.gateway.upstream.UpstreamsTest;
import io.penstock.gateway.upstream.cluster.TestDownstream;
import io.penstock.gateway.upstream.dial.ConnectionBudget;
import io.penstock.gateway.upstream.dial.Dialer;
import io.penstock.gateway.wire.PooledWire;
import io.penstock.gateway.wire.TlsFailures;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AutoPoolTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<Exchange> openedAnew = new ArrayList<>();

    private AutoPool pool() {
        var config = UpstreamsTest.speaking("auto, tls: {}");
        var nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        var dialer = new Dialer(nobody, "a", config, null, new ConnectionBudget(1), new TlsFailures());
        return new AutoPool("jobs", config, dialer, openedAnew::add);
    }

    /** Its peer has closed it. */
    private static final class ClosedWire implements PooledWire {
        @Override
        public boolean quiet() {
            return false;
        }

        @Override
        public void rest() {}

        @Override
        public String protocol() {
            return "http/1.1";
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return -1;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {}

        @Override
        public void finish() {}

        @Override
        public void abort() {}
    }

    @Test
    void passesOnWhatComesAfterItWasGivenUpTogetherWithWhatWasChosen() {
        AutoPool pool = pool();
        pool.connected(new ClosedWire(), null);
        long now = System.nanoTime() + SECOND;
        pool.upkeep(now); // finds the connection closed
        assertThat(pool.abandonAfter(Upstreams.KEEP_UNUSED_NANOS, now)).isFalse();
        assertThat(pool.abandonAfter(Upstreams.KEEP_UNUSED_NANOS, now + Upstreams.KEEP_UNUSED_NANOS))
                .isTrue();

        Exchange exchange = new TestDownstream().exchange("GET");
        pool.open(exchange);

        assertThat(openedAnew).containsExactly(exchange);
    }
}
