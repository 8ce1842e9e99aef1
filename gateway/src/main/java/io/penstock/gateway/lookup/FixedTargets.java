// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.config.AllowConfig;
import io.penstock.gateway.config.Cidr;
import io.penstock.gateway.config.PortRange;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The endpoints that a cluster names in the configuration, one after the other. Trusted as they are: no allow-list applies. */
public final class FixedTargets {
    private static final AllowConfig ANYWHERE =
            new AllowConfig(List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")), List.of(new PortRange(1, 65_535)));

    private final List<Answer> answers;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * Understands the endpoints.
     *
     * @param endpoints {@code host:port} each, one or more
     */
    public FixedTargets(List<String> endpoints, NameCache names) {
        Answers parser = new Answers(new AllowList(ANYWHERE), names);
        this.answers = endpoints.stream().map(parser::of).toList();
    }

    /** The place of the next endpoint, for {@link #ready} and {@link #resolve}. */
    public int next() {
        return answers.size() == 1 ? 0 : Math.floorMod(turn.getAndIncrement(), answers.size());
    }

    /** The endpoint at this place when its address is known without waiting; otherwise null. */
    public @Nullable Target ready(int place) {
        return answers.get(place).ready();
    }

    /**
     * The endpoint at this place; blocks for up to 3 s while its name is looked up.
     *
     * @throws io.penstock.gateway.exchange.GatewayException NAME_UNRESOLVED or MALFORMED_TARGET
     */
    public Target resolve(int place) {
        return answers.get(place).resolve();
    }
}
