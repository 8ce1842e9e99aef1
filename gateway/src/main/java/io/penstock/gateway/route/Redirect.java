// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.config.match.MatchConfig;
import io.penstock.gateway.config.read.Authority;
import io.penstock.gateway.config.route.RedirectConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GrpcStatus;
import io.penstock.gateway.exchange.Head;
import org.jspecify.annotations.Nullable;

/** Sends callers elsewhere. gRPC clients do not follow redirects: they get UNIMPLEMENTED and read where the service is. */
public final class Redirect {
    private final RedirectConfig config;
    private final PathRewrite rewrite;
    private final @Nullable HostTemplate host;

    /** Compiles what the configuration says. */
    public Redirect(RedirectConfig config, MatchConfig match) {
        this.config = config;
        this.rewrite = PathRewrite.of(config.rewrite(), match.path());
        this.host = config.host().map(text -> HostTemplate.of(text, match)).orElse(null);
    }

    /** The head of the answer, which has no body. */
    public Head head(Exchange exchange) {
        String location = location(exchange);
        if (exchange.grpc()) {
            return FixedAnswer.grpc(GrpcStatus.UNIMPLEMENTED.code(), "moved to " + location);
        }
        return new Head()
                .add(":status", Integer.toString(config.status()))
                .add("location", location)
                .add("content-length", "0");
    }

    /** Where the caller is sent. A caller without authority, which only HTTP/1.0 allows, gets a path if there is no host to name. */
    public String location(Exchange exchange) {
        String path = rewrite.apply(exchange.path());
        String scheme = config.scheme().orElseGet(() -> exchange.peer().scheme(exchange.request()));
        String authority = host == null ? authority(exchange) : host.apply(exchange);
        if (authority.isEmpty()) {
            return path;
        }
        return scheme + "://" + authority + (path.equals("*") ? "" : path);
    }

    private String authority(Exchange exchange) {
        String authority = exchange.authority();
        return config.scheme().isPresent() ? Authority.host(authority) : authority;
    }
}
