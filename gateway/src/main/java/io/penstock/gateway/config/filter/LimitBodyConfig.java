// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.Optional;

/**
 * How long bodies may be; at least one of the two is there.
 *
 * @param request 1 B to 1 GiB; absent means any length
 * @param response 1 B to 1 GiB; absent means any length
 */
public record LimitBodyConfig(Optional<Integer> request, Optional<Integer> response) implements FilterConfig {
    private static final int MOST = 1 << 30;

    public LimitBodyConfig {
        Check check = new Check();
        request.ifPresent(bytes -> check.size("request", bytes, 1, MOST));
        response.ifPresent(bytes -> check.size("response", bytes, 1, MOST));
        check.done();
    }

    static LimitBodyConfig from(ConfigNode node) {
        if (!node.has("request") && !node.has("response")) {
            node.problem("request", "is missing, expected request or response, or both");
        }
        return new LimitBodyConfig(node.optionalSize("request"), node.optionalSize("response"));
    }
}
