// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.ConfigNode;

/**
 * Changes fields of the request's head and of the response's.
 *
 * @param request on its way to the upstream, default not at all
 * @param response on its way to the downstream, refusals and the gateway's own answers too, default not at all
 */
public record HeadersConfig(HeaderEditConfig request, HeaderEditConfig response) implements FilterConfig {
    /** Nothing changes. */
    public static final HeadersConfig NONE = new HeadersConfig(HeaderEditConfig.NONE, HeaderEditConfig.NONE);

    static HeadersConfig from(ConfigNode node) {
        return new HeadersConfig(
                node.child("request", HeaderEditConfig::from), node.child("response", HeaderEditConfig::from));
    }
}
