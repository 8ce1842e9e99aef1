// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.listener.PathPolicyConfig;
import io.penstock.gateway.config.listener.PathPolicyConfig.NonAscii;
import io.penstock.gateway.config.listener.PathPolicyConfig.Treatment;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Settles how a request path is to be read, before anybody reads it: whoever matches, filters or forwards it sees the same form. Also
 * refuses methods that the listener serves for no path.
 * Immutable; safe for any thread.
 */
public final class PathPolicy {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final PathPolicyConfig config;
    private final boolean trace;

    /** What this listener says. */
    public static PathPolicy of(ListenerConfig listener) {
        return new PathPolicy(listener.paths(), listener.trace());
    }

    PathPolicy(PathPolicyConfig config, boolean trace) {
        this.config = config;
        this.trace = trace;
    }

    /**
     * Changes the {@code :path} of a request where the policy says so.
     *
     * @return BAD_PATH or METHOD_NOT_SERVED when the request is refused; null when it goes on
     */
    public @Nullable GatewayException apply(Head request) {
        String method = request.method();
        if ("CONNECT".equals(method) && !request.has(":protocol")) {
            return new GatewayException(Cause.METHOD_NOT_SERVED, "CONNECT without a protocol");
        }
        if ("TRACE".equals(method) && !trace) {
            return new GatewayException(Cause.METHOD_NOT_SERVED, "TRACE, which the listener does not permit");
        }
        String path = request.path();
        if (path == null) {
            return null;
        }
        try {
            String settled = settled(path);
            if (!settled.equals(path)) {
                request.set(":path", settled);
            }
            return null;
        } catch (GatewayException e) {
            return e;
        }
    }

    /** The path as it is to be read, with its query; the same instance when nothing changes. */
    String settled(String target) {
        String path = ascii(target);
        int query = path.indexOf('?');
        int end = query < 0 ? path.length() : query;
        if (path.indexOf('#') >= 0) {
            throw new GatewayException(Cause.BAD_PATH, "fragment in the path");
        }
        if (plain(path, end)) {
            return path;
        }
        String decoded = decoded(path.substring(0, end));
        String settled = DotSegments.settled(decoded, config);
        return settled.length() == end && path.startsWith(settled) ? path : settled + path.substring(end);
    }

    /** The target in ASCII, unless others pass; the same instance when it was. */
    private String ascii(String target) {
        int at = 0;
        while (at < target.length() && target.charAt(at) < 0x80) {
            at++;
        }
        if (at == target.length() || config.nonAscii() == NonAscii.PASS) {
            return target;
        }
        if (config.nonAscii() == NonAscii.REJECT) {
            throw new GatewayException(
                    Cause.BAD_PATH,
                    "byte 0x" + Integer.toHexString(target.charAt(at)) + " at " + at + " of the path, expected ASCII");
        }
        StringBuilder encoded = new StringBuilder(target.length() + 30).append(target, 0, at);
        for (int i = at; i < target.length(); i++) {
            char c = target.charAt(i); // a byte: heads are read as ISO 8859-1
            if (c < 0x80) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.toHighHexDigit(c)).append(HEX.toLowHexDigit(c));
            }
        }
        return encoded.toString();
    }

    /** Whether there is nothing to decide, as in nearly every path. */
    private static boolean plain(String path, int end) {
        char before = 0;
        for (int i = 0; i < end; i++) {
            char c = path.charAt(i);
            if (c == '%' || c == '\\' || (before == '/' && (c == '/' || c == '.'))) {
                return false;
            }
            before = c;
        }
        return true;
    }

    private String decoded(String path) {
        StringBuilder decoded = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            int escaped = c == '%' ? escape(path, i) : -1;
            if (escaped == 0) {
                treat(config.encodedNul(), "%00");
            }
            if (escaped == '/' && treat(config.encodedSlash(), "%2F")) {
                decoded.append('/');
                i += 2;
            } else if ((c == '\\' || escaped == '\\') && treat(config.backslash(), "backslash")) {
                decoded.append('/');
                i += c == '%' ? 2 : 0;
            } else {
                decoded.append(c);
            }
        }
        return decoded.toString();
    }

    /** Whether it is to be normalised. */
    private static boolean treat(Treatment treatment, String what) {
        if (treatment == Treatment.REJECT) {
            throw new GatewayException(Cause.BAD_PATH, what + " in the path");
        }
        return treatment == Treatment.NORMALISE;
    }

    /** The byte that is escaped here, or -1. */
    static int escape(String path, int at) {
        if (at + 2 >= path.length()) {
            return -1;
        }
        int high = Character.digit(path.charAt(at + 1), 16);
        int low = Character.digit(path.charAt(at + 2), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
}
