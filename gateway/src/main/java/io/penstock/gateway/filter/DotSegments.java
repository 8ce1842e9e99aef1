// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.listener.PathPolicyConfig;
import io.penstock.gateway.config.listener.PathPolicyConfig.Treatment;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.util.ArrayList;
import java.util.List;

/** The segments of a path that mean something else than their text: {@code .}, {@code ..} and nothing (RFC 3986 §5.2.4). */
final class DotSegments {
    private DotSegments() {}

    static String settled(String path, PathPolicyConfig config) {
        if (path.isEmpty() || path.charAt(0) != '/') {
            return path;
        }
        String[] segments = path.substring(1).split("/", -1);
        List<String> kept = new ArrayList<>(segments.length);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            switch (dots(segments[i], config)) {
                case 1 -> {
                    if (last) {
                        kept.add("");
                    }
                }
                case 2 -> {
                    if (kept.isEmpty()) {
                        throw new GatewayException(Cause.BAD_PATH, "dot segments lead above the root");
                    }
                    kept.remove(kept.size() - 1);
                    if (last) {
                        kept.add("");
                    }
                }
                default -> keep(kept, segments[i], last, config.doubleSlash());
            }
        }
        return "/" + String.join("/", kept);
    }

    private static void keep(List<String> kept, String segment, boolean last, Treatment empty) {
        if (!segment.isEmpty() || last) {
            kept.add(segment);
        } else if (empty == Treatment.REJECT) {
            throw new GatewayException(Cause.BAD_PATH, "empty segment in the path");
        } else if (empty == Treatment.PASS) {
            kept.add(segment);
        }
    }

    /** How many dots the segment is that are to be resolved: 0, 1 or 2. */
    private static int dots(String segment, PathPolicyConfig config) {
        if (config.dotSegments() == Treatment.PASS) {
            return 0;
        }
        int dots = dots(segment, 0, segment.length());
        if (dots == 0 && hidden(segment)) {
            throw new GatewayException(Cause.BAD_PATH, "dot segment behind an encoded slash");
        }
        if (dots > 0 && config.dotSegments() == Treatment.REJECT) {
            throw new GatewayException(Cause.BAD_PATH, "dot segment in the path");
        }
        return dots;
    }

    /** Whether a part of it would be a dot segment for whoever decodes slashes or takes a backslash for one. */
    private static boolean hidden(String segment) {
        int from = 0;
        boolean cut = false;
        for (int i = 0; i < segment.length(); i++) {
            int escaped = segment.charAt(i) == '%' ? PathPolicy.escape(segment, i) : -1;
            int width = escaped == '/' || escaped == '\\' ? 3 : segment.charAt(i) == '\\' ? 1 : 0;
            if (width > 0) {
                if (dots(segment, from, i) > 0) {
                    return true;
                }
                cut = true;
                from = i + width;
                i += width - 1;
            }
        }
        return cut && dots(segment, from, segment.length()) > 0;
    }

    private static int dots(String segment, int from, int to) {
        int dots = 0;
        for (int i = from; i < to; dots++) {
            if (segment.charAt(i) == '.') {
                i++;
            } else if (segment.charAt(i) == '%' && PathPolicy.escape(segment, i) == '.') {
                i += 3;
            } else {
                return 0;
            }
        }
        return dots <= 2 ? dots : 0;
    }
}
