// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.penstock.gateway.admin.answer.AdminRefusal;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages in an operator's browser away from the admin listener.
 *
 * <p>A page can make a browser on the same machine connect to loopback. By DNS rebinding it reads answers too, but then the {@code
 * Host} field carries the page's own name: only IP literals, {@code localhost} and the configured address are accepted. On an address
 * that is not loopback, health and metrics are open to every name, because scrapers and probes use names there. A request that
 * changes something and comes from a page, by {@code Origin} or {@code Sec-Fetch-Site}, is refused, unless it is our own page that changes the
 * configuration: there the page's origin is the {@code Host} of the request.
 */
final class CallerCheck {
    private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]{2,45}]");
    private static final Pattern PORT = Pattern.compile("(:\\d{1,5})?$");
    private static final Set<String> OPEN_PATHS = Set.of("/healthz", "/readyz", "/metrics");
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    private final String address;
    private final boolean loopback;

    CallerCheck(String address, boolean loopback) {
        this.address = address.toLowerCase(Locale.ROOT);
        this.loopback = loopback;
    }

    /** Whether the path is open to everybody: health and numbers. */
    static boolean open(String path) {
        return OPEN_PATHS.contains(path);
    }

    /** Whether the method is one that changes something. */
    static boolean changes(String method) {
        return !READING.contains(method);
    }

    /** Throws when the request must not be served. */
    void check(String method, String path, @Nullable String host, @Nullable String origin, @Nullable String fetchSite) {
        if (changes(method)) {
            boolean own =
                    path.startsWith("/v1/config") || path.startsWith("/v1/clusters/") || path.equals(ExplainPage.PATH);
            if (origin != null && !(own && host != null && same(origin, host))) {
                throw new AdminRefusal(403, "changes are refused to web pages (the request has an Origin field)");
            }
            if (fetchSite != null && !(own && fetchSite.equals("same-origin"))) {
                throw new AdminRefusal(
                        403, "changes are refused to web pages (the request has a Sec-Fetch-Site field)");
            }
        }
        if (!known(host == null ? "" : host) && (loopback || !OPEN_PATHS.contains(path))) {
            throw new AdminRefusal(
                    403,
                    "the Host field must be an IP address, localhost or the configured admin.address, to keep web pages out");
        }
    }

    /** The listener itself speaks no TLS; something before it may. */
    private static boolean same(String origin, String host) {
        return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
    }

    private boolean known(String host) {
        String name = PORT.matcher(host.toLowerCase(Locale.ROOT)).replaceFirst("");
        return name.equals("localhost")
                || name.equals(address)
                || IPV4.matcher(name).matches()
                || IPV6.matcher(name).matches();
    }
}
