// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.admin.answer.Asked;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.admin.api.ConfigApi;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.dynamic.Author;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the answer to an admin request. Paths are matched as they came, before any decoding, so that a key may contain anything.
 */
final class AdminRouting implements Handler {
    static final int MAX_BODY_BYTES = 4_096;
    /** Of what is about the configuration. */
    static final int MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
    /** Larger ones are few at a time. */
    private static final int LARGE_BYTES = 256 * 1024;

    private static final int MOST_LARGE = 2;

    private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
    private static final Logger LOG = System.getLogger(AdminRouting.class.getName());

    private final AdminViews views;
    private final AdminPages pages;
    private final AddressPage addresses;
    private final LookupPages lookups;
    private final ConfigApi config;
    private final Supplier<CallerCheck> callers;
    private final Supplier<Access> access;
    private final Semaphore large = new Semaphore(MOST_LARGE);

    AdminRouting(AdminViews views, Supplier<CallerCheck> callers, Supplier<Access> access) {
        this.views = views;
        this.pages = new AdminPages(views);
        this.addresses = new AddressPage(views.addresses());
        this.lookups = new LookupPages(views.lookups());
        this.config = new ConfigApi(views.config(), views::hasEndpoint);
        this.callers = callers;
        this.access = access;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        Reply reply = reply(request);
        response.status(Status.create(reply.status()));
        response.header(HeaderNames.CONTENT_TYPE, reply.contentType());
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.header("X-Content-Type-Options", "nosniff");
        response.header("Content-Security-Policy", PageFiles.POLICY);
        response.header("Referrer-Policy", "no-referrer");
        response.header("Cross-Origin-Resource-Policy", "same-origin");
        reply.fields().forEach((name, value) -> response.header(HeaderNames.create(name), value));
        response.send(reply.body());
    }

    private Reply reply(ServerRequest request) {
        String method = request.prologue().method().text();
        String path = request.prologue().uriPath().rawPath();
        try {
            callers.get()
                    .check(
                            method,
                            path,
                            field(request, HeaderNames.HOST),
                            field(request, HeaderNames.ORIGIN),
                            field(request, FETCH_SITE));
            String caller = access.get().caller(method, path, field(request, HeaderNames.AUTHORIZATION));
            String plain = method.equals("HEAD") ? "GET" : method;
            return ConfigApi.serves(path)
                    ? bounded(request, asked(request, plain, path, caller))
                    : route(request, plain, path);
        } catch (AdminRefusal refusal) {
            Reply refused = path.startsWith("/v1/config")
                    ? ConfigApi.refused(refusal)
                    : Reply.error(refusal.status(), String.valueOf(refusal.getMessage()));
            return refusal.status() == 401 ? refused.with("WWW-Authenticate", "Bearer realm=\"penstock\"") : refused;
        } catch (RuntimeException | IOException e) {
            LOG.log(Level.ERROR, "admin: a request failed", e);
            return Reply.error(500, "internal error; the log has the details");
        }
    }

    private Asked asked(ServerRequest request, String method, String path, String caller) {
        String from =
                request.remotePeer().address() instanceof InetSocketAddress peer ? Address.text(peer.getAddress()) : "";
        return new Asked(
                method,
                path,
                name -> request.query().contains(name)
                        ? Optional.of(request.query().first(name).orElse(""))
                        : Optional.empty(),
                name -> Optional.ofNullable(field(request, HeaderNames.create(name))),
                most -> body(request, most),
                new Author(caller, from));
    }

    /** What a large body becomes takes much more memory than it does. */
    private Reply bounded(ServerRequest request, Asked asked) throws IOException {
        boolean much = request.headers().contentLength().orElse(0) > LARGE_BYTES;
        if (much && !large.tryAcquire()) {
            throw AdminRefusal.unavailable("there are " + MOST_LARGE + " large bodies already, expected another try");
        }
        try {
            return config.reply(asked);
        } finally {
            if (much) {
                large.release();
            }
        }
    }

    private Reply route(ServerRequest request, String method, String path) throws IOException {
        if (path.startsWith(LookupPages.PATH + "/")) {
            return lookup(request, method, LookupPages.Place.of(path));
        }
        boolean get = method.equals("GET");
        if (path.startsWith(PageFiles.PATH)) {
            return get ? page(path.substring(PageFiles.PATH.length())) : onlyGet(method);
        }
        if (path.startsWith(AddressPage.PATH + "/")) {
            return get ? addresses.decision(path.substring(AddressPage.PATH.length() + 1)) : onlyGet(method);
        }
        return switch (path) {
            case "/" -> get ? index(request) : onlyGet(method);
            case "/healthz" -> get ? pages.health() : onlyGet(method);
            case "/readyz" -> get ? pages.readiness() : onlyGet(method);
            case "/metrics" -> get ? pages.metrics() : onlyGet(method);
            case "/v1/connections" -> get ? pages.connections() : onlyGet(method);
            case "/v1/clusters" -> get ? pages.clusters() : onlyGet(method);
            case ExplainPage.PATH -> explain(request, method);
            case AddressPage.PATH -> get ? addresses.all() : onlyGet(method);
            case "/v1/limits" -> get ? LimitPage.of(views.limits().get()) : onlyGet(method);
            case "/v1/openapi.json" -> get ? OpenApi.document() : onlyGet(method);
            case "/v1/memory" -> get ? pages.memory() : onlyGet(method);
            case "/v1/traffic" -> get ? TrafficPage.of(views.traffic().get(), System.nanoTime()) : onlyGet(method);
            case LookupPages.PATH -> get ? lookups.names() : onlyGet(method);
            default ->
                Reply.error(
                        404,
                        "nothing is here; there are /healthz, /readyz, /metrics, /v1/connections, /v1/clusters,"
                                + " /v1/explain, /v1/limits, /v1/addresses, /v1/addresses/ADDRESS, /v1/memory, /v1/config,"
                                + " /v1/openapi.json, /v1/traffic, /v1/lookups and"
                                + " /v1/lookups/NAME/KEY");
        };
    }

    /** The page for browsers, the list of what there is for everybody else. */
    private static Reply index(ServerRequest request) throws IOException {
        String accept = field(request, HeaderNames.ACCEPT);
        return accept != null && accept.contains("text/html") ? PageFiles.index() : Reply.text(AdminPages.INDEX);
    }

    private static Reply page(String name) throws IOException {
        return PageFiles.file(name).orElseGet(() -> Reply.error(404, "the page has no such part"));
    }

    /** A question changes nothing; yet a page elsewhere, which could only send other types, is to make no work. */
    private Reply explain(ServerRequest request, String method) throws IOException {
        if (!method.equals("POST")) {
            return refused(method, "POST");
        }
        if (!json(request)) {
            throw new AdminRefusal(415, "the content-type is not application/json");
        }
        return new ExplainPage(views.explain()).answer(body(request, ExplainPage.MAX_BODY_BYTES));
    }

    private Reply lookup(ServerRequest request, String method, LookupPages.Place place) throws IOException {
        return switch (method) {
            case "GET" -> request.query().contains("explain") ? lookups.explain(place) : lookups.get(place);
            case "PUT" -> lookups.put(place, body(request, MAX_BODY_BYTES), json(request));
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

    private static byte[] body(ServerRequest request, int most) throws IOException {
        if (request.headers().contains(HeaderNames.TRANSFER_ENCODING)) {
            throw new AdminRefusal(411, "the body has no Content-Length");
        }
        long length = request.headers().contentLength().orElse(0);
        if (length > most) {
            throw new AdminRefusal(413, "the body is " + length + " bytes, limit is " + most);
        }
        if (length == 0) {
            return new byte[0];
        }
        try (InputStream in = request.content().inputStream()) {
            return in.readNBytes(most);
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
