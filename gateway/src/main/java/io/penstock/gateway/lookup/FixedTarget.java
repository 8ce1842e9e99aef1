// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.config.cluster.EndpointConfig;
import io.penstock.gateway.config.lookup.AllowConfig;
import io.penstock.gateway.config.lookup.PortRange;
import io.penstock.gateway.config.read.Cidr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An endpoint that a cluster names. Trusted as it is: no allow-list applies. */
public final class FixedTarget {
    private static final AllowConfig ANYWHERE =
            new AllowConfig(List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")), List.of(new PortRange(1, 65_535)));

    private final Answer answer;
    private final @Nullable String hostname;
    private volatile @Nullable Target last;

    /** Understands the endpoint. */
    public FixedTarget(EndpointConfig endpoint, NameCache names) {
        this.answer = new Answers(new AllowList(ANYWHERE), names).of(endpoint.address());
        this.hostname = endpoint.hostname().orElse(null);
    }

    /**
     * The target when its address is known without waiting; otherwise null.
     *
     * @throws io.penstock.gateway.exchange.GatewayException NAME_UNRESOLVED or MALFORMED_TARGET
     */
    public @Nullable Target ready() {
        Target found = answer.ready();
        return found == null ? null : named(found);
    }

    /**
     * The target; blocks for up to 3 s while its name is looked up.
     *
     * @throws io.penstock.gateway.exchange.GatewayException NAME_UNRESOLVED or MALFORMED_TARGET
     */
    public Target resolve() {
        return named(answer.resolve());
    }

    private Target named(Target found) {
        if (hostname == null) {
            return found;
        }
        Target before = last;
        if (before != null && before.address().equals(found.address())) {
            return before;
        }
        Target named = new Target(found.text(), found.address(), hostname);
        last = named;
        return named;
    }
}
