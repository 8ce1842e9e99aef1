// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the answer to an admin request. Paths are matched as they came, before any decoding, so that a key may contain anything.
 */
final class AdminRouting implements Handler {
    static final int MAX_BODY_BYTES = 4_096;

    private static final Logger LOG = System.getLogger(AdminRouting.class.getName());

    private final AdminViews views;
    private final AdminPages pages;
    private final LookupPages lookups;
    private final Supplier<CallerCheck> callers;

    AdminRouting(AdminViews views, Supplier<CallerCheck> callers) {
        this.views = views;
        this.pages = new AdminPages(views);
        this.lookups = new LookupPages(views.lookups());
        this.callers = callers;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        Reply reply = reply(request);
        response.status(Status.create(reply.status()));
        response.header(HeaderNames.CONTENT_TYPE, reply.contentType());
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.header("X-Content-Type-Options", "nosniff");
        if (!reply.allow().isEmpty()) {
            response.header(HeaderNames.ALLOW, reply.allow());
        }
        response.send(reply.body());
    }

    private Reply reply(ServerRequest request) {
        try {
            String method = request.prologue().method().text();
            String path = request.prologue().uriPath().rawPath();
            callers.get().check(method, path, field(request, HeaderNames.HOST), field(request, HeaderNames.ORIGIN));
            return route(request, method.equals("HEAD") ? "GET" : method, path);
        } catch (AdminRefusal refusal) {
            return Reply.error(refusal.status(), String.valueOf(refusal.getMessage()));
        } catch (RuntimeException | IOException e) {
            LOG.log(Level.ERROR, "admin: a request failed", e);
            return Reply.error(500, "internal error; the log has the details");
        }
    }

    private Reply route(ServerRequest request, String method, String path) throws IOException {
        if (path.startsWith(LookupPages.PATH + "/")) {
            return lookup(request, method, LookupPages.Place.of(path));
        }
        boolean get = method.equals("GET");
        return switch (path) {
            case "/" -> get ? Reply.text(AdminPages.INDEX) : onlyGet(method);
            case "/healthz" -> get ? pages.health() : onlyGet(method);
            case "/readyz" -> get ? pages.readiness() : onlyGet(method);
            case "/metrics" -> get ? pages.metrics() : onlyGet(method);
            case "/v1/connections" -> get ? pages.connections() : onlyGet(method);
            case "/v1/clusters" -> get ? pages.clusters() : onlyGet(method);
            case "/v1/limits" -> get ? LimitPage.of(views.limits().get()) : onlyGet(method);
            case "/v1/memory" -> get ? pages.memory() : onlyGet(method);
            case LookupPages.PATH -> get ? lookups.names() : onlyGet(method);
            default ->
                Reply.error(
                        404,
                        "nothing is here; there are /healthz, /readyz, /metrics, /v1/connections, /v1/clusters,"
                                + " /v1/limits, /v1/memory, /v1/lookups and"
                                + " /v1/lookups/NAME/KEY");
        };
    }

    private Reply lookup(ServerRequest request, String method, LookupPages.Place place) throws IOException {
        return switch (method) {
            case "GET" -> request.query().contains("explain") ? lookups.explain(place) : lookups.get(place);
            case "PUT" -> lookups.put(place, body(request), json(request));
            case "DELETE" -> lookups.delete(place);
            default -> refused(method, "GET, HEAD, PUT, DELETE");
        };
    }

    private static Reply onlyGet(String method) {
        return refused(method, "GET, HEAD");
    }

    private static Reply refused(String method, String allowed) {
        return Reply.error(405, "the method is " + method + ", allowed are " + allowed)
                .allowing(allowed);
    }

    private static byte[] body(ServerRequest request) throws IOException {
        if (request.headers().contains(HeaderNames.TRANSFER_ENCODING)) {
            throw new AdminRefusal(411, "the body has no Content-Length");
        }
        long length = request.headers().contentLength().orElse(0);
        if (length > MAX_BODY_BYTES) {
            throw new AdminRefusal(413, "the body is " + length + " bytes, limit is " + MAX_BODY_BYTES);
        }
        if (length == 0) {
            return new byte[0];
        }
        try (InputStream in = request.content().inputStream()) {
            return in.readNBytes(MAX_BODY_BYTES);
        }
    }

    private static boolean json(ServerRequest request) {
        String type = field(request, HeaderNames.CONTENT_TYPE);
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/json");
    }

    private static @Nullable String field(ServerRequest request, HeaderName name) {
        return request.headers().first(name).orElse(null);
    }
}
