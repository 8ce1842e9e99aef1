// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.listener.PathPolicyConfig;
import io.penstock.gateway.config.listener.PathPolicyConfig.Treatment;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import org.jspecify.annotations.Nullable;

/**
 * Settles how a request path is to be read, before anybody reads it: whoever matches, filters or forwards it sees the same form.
 * Immutable; safe for any thread.
 */
public final class PathPolicy {
    private final PathPolicyConfig config;

    public PathPolicy(PathPolicyConfig config) {
        this.config = config;
    }

    /**
     * Changes the {@code :path} of a request where the policy says so.
     *
     * @return BAD_PATH when the request is refused; null when it goes on
     */
    public @Nullable GatewayException apply(Head request) {
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
    String settled(String path) {
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
