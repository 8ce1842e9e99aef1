// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.PathConfig;
import io.penstock.gateway.config.PathConfig.Treatment;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings the path of a request into the one form that is matched and sent on, or refuses it: the first step of every exchange, so that
 * no two parts of the gateway, nor the gateway and an upstream, read a path in two ways (RFC 3986 §6.2.2).
 *
 * <p>A path without anything to look at, the usual one, is read once and kept. Immutable.
 */
public final class PathPolicy {
    private final PathConfig config;

    public PathPolicy(PathConfig config) {
        this.config = config;
    }

    /**
     * Rewrites the path of the exchange where the configuration says so.
     *
     * @throws GatewayException BAD_PATH
     */
    public void apply(Exchange exchange) {
        String before = exchange.path();
        String after = apply(before);
        if (!after.equals(before)) {
            exchange.rewritePath(after);
        }
    }

    /** The path and query in the form that is used from here on. */
    String apply(String target) {
        if (target.isEmpty() || target.charAt(0) != '/') {
            return target; // "*", or CONNECT's authority
        }
        int end = target.indexOf('?');
        int length = end < 0 ? target.length() : end;
        if (plain(target, length)) {
            return target;
        }
        String path = unambiguous(target.substring(0, length));
        if (config.repeatedSlashes() != Treatment.PASS && path.contains("//")) {
            path = withoutRepeatedSlashes(path);
        }
        if (config.dotSegments() != Treatment.PASS && hasDotSegment(path)) {
            path = withoutDotSegments(path);
        }
        return end < 0 ? path : path + target.substring(end);
    }

    /** Whether nothing in it has a second reading: one pass over the characters, no allocation. */
    private static boolean plain(String path, int length) {
        char last = 0;
        for (int i = 0; i < length; i++) {
            char c = path.charAt(i);
            if (c == '%' || c == '\\' || (last == '/' && (c == '/' || c == '.'))) {
                return false;
            }
            last = c;
        }
        return true;
    }

    /** Slashes that are written in another way, backslashes and NUL. */
    private String unambiguous(String path) {
        StringBuilder out = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            int encoded = c == '%' ? octet(path, i) : -1;
            if (encoded == 0) {
                refuseIf(config.encodedNul(), "an encoded NUL");
            }
            Treatment treatment = Treatment.PASS;
            if (c == '\\' || encoded == '\\') {
                treatment = config.backslashes();
                refuseIf(treatment, "a backslash");
            } else if (encoded == '/') {
                treatment = config.encodedSlashes();
                refuseIf(treatment, "an encoded slash");
            }
            if (treatment == Treatment.NORMALISE) {
                out.append('/');
                i += encoded < 0 ? 0 : 2;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static void refuseIf(Treatment treatment, String what) {
        if (treatment == Treatment.REJECT) {
            throw new GatewayException(Cause.BAD_PATH, "the path has " + what);
        }
    }

    /** The octet that is percent-encoded here, or -1. */
    private static int octet(String path, int at) {
        if (at + 2 >= path.length()) {
            return -1;
        }
        int high = Character.digit(path.charAt(at + 1), 16);
        int low = Character.digit(path.charAt(at + 2), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    private String withoutRepeatedSlashes(String path) {
        refuseIf(config.repeatedSlashes(), "repeated slashes");
        StringBuilder out = new StringBuilder(path.length());
        char last = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '/' || last != '/') {
                out.append(c);
            }
            last = c;
        }
        return out.toString();
    }

    private static boolean hasDotSegment(String path) {
        for (String segment : path.split("/", -1)) {
            if (dots(segment) > 0) {
                return true;
            }
        }
        return false;
    }

    /** 1 for a segment that means this place, 2 for the one above, otherwise 0. */
    private static int dots(String segment) {
        int dots = 0;
        for (int i = 0; i < segment.length(); dots++) {
            if (segment.charAt(i) == '.') {
                i++;
            } else if (segment.regionMatches(true, i, "%2e", 0, 3)) {
                i += 3;
            } else {
                return 0;
            }
        }
        return dots > 2 ? 0 : dots;
    }

    private String withoutDotSegments(String path) {
        refuseIf(config.dotSegments(), "a dot segment");
        List<String> kept = new ArrayList<>();
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            int dots = dots(segments[i]);
            if (dots == 2 && kept.isEmpty()) {
                throw new GatewayException(Cause.BAD_PATH, "the path climbs above its root");
            }
            if (dots == 2) {
                kept.removeLast();
            }
            if (dots == 0) {
                kept.add(segments[i]);
            } else if (last) {
                kept.add(""); // what ends in a dot segment names a folder
            }
        }
        return "/" + String.join("/", kept);
    }
}
