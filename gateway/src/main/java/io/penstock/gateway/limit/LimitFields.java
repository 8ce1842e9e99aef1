// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ResponseHook;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells a caller of its limits: {@code RateLimit-Policy} and {@code RateLimit} as draft-ietf-httpapi-ratelimit-headers-10 has them, an item
 * for each layer, and of a refusal when to come again.
 */
final class LimitFields implements ResponseHook {
    private final List<Asked> told;
    private final @Nullable Asked refusal;

    LimitFields(List<Asked> told, @Nullable Asked refusal) {
        this.told = told;
        this.refusal = refusal;
    }

    static GatewayException refusal(Asked strictest) {
        return new GatewayException(
                Cause.RATE_LIMITED,
                strictest.key() + " has " + strictest.layer().words() + ", again in "
                        + strictest.taken().again().toMillis() + " ms");
    }

    @Override
    public void head(Exchange exchange, Head response) {
        if (response.status() < 200) {
            return;
        }
        if (!told.isEmpty()) {
            StringBuilder policy = new StringBuilder();
            StringBuilder now = new StringBuilder();
            for (Asked asked : told) {
                write(asked, policy, now);
            }
            response.add("ratelimit-policy", policy.toString());
            response.add("ratelimit", now.toString());
        }
        if (refusal != null) {
            comeAgain(response, refusal);
        }
    }

    /** The quota is what the bucket holds, and its window the time that an empty one takes to be full. */
    private static void write(Asked asked, StringBuilder policy, StringBuilder now) {
        Layer layer = asked.layer();
        String separator = policy.isEmpty() ? "\"" : ", \"";
        policy.append(separator)
                .append(layer.rule())
                .append("\";q=")
                .append(layer.bucket().burst())
                .append(";w=")
                .append(Layer.seconds(layer.bucket().fill()));
        now.append(separator)
                .append(layer.rule())
                .append("\";r=")
                .append(asked.taken().left())
                .append(";t=")
                .append(Layer.seconds(asked.taken().full()));
    }

    private static void comeAgain(Head response, Asked refusal) {
        if (response.has("grpc-status")) {
            long millis = refusal.taken().again().plusNanos(999_999).toMillis();
            response.set("grpc-retry-pushback-ms", Long.toString(millis));
        } else {
            response.set(
                    "retry-after",
                    Long.toString(Math.max(1, Layer.seconds(refusal.taken().again()))));
        }
    }
}
