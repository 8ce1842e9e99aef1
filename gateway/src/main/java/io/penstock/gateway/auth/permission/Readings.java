// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.permission;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The ways in which a path can be read. Escapes are decoded, a char for each byte, in all of them, and slashes at the end mean nothing; nearly
 * every path can then be read in one way. Servers differ in what else they do, alone or one after the other:
 *
 * <ul>
 *   <li>parameters go: a segment ends at a semicolon (RFC 3986 §3.3);
 *   <li>segments are followed: empty ones and {@code .} are nothing, {@code ..} takes the one before away;
 *   <li>what is escaped is opened: {@code %2F}, backslash and {@code %5C} are slashes, {@code %00} ends the path, and what was escaped twice
 *       has been escaped once, until the next server decodes it.
 * </ul>
 */
final class Readings {
    /** How often servers one behind the other may decode it. */
    private static final int MOST_ROUNDS = 3;

    private Readings() {}

    /**
     * The path as it stands: {@code %2F}, {@code %5C}, {@code %25} and {@code %00} are parts of their segments, and so is what else servers may
     * take for something.
     *
     * @param path without its query
     * @return {@code /a/b}, and empty for the root
     */
    static String asItStands(String path) {
        return trimmed(path.indexOf('%') < 0 ? path : decoded(path, true));
    }

    /**
     * What else it may be read as; none for nearly every path.
     *
     * @param path without its query
     */
    static Set<String> others(String path) {
        if (plain(path)) {
            return Set.of();
        }
        String stands = decoded(path, true);
        Set<String> readings = new LinkedHashSet<>();
        add(stands, readings);
        String bare = withoutParameters(stands);
        readings.add(trimmed(bare));
        add(bare, readings);
        readings.remove(trimmed(stands));
        return readings;
    }

    private static void add(String path, Set<String> readings) {
        readings.add(followed(path));
        String before = path;
        String opened = opened(path);
        for (int i = 0; i < MOST_ROUNDS && !opened.equals(before); i++) {
            readings.add(followed(opened));
            readings.add(followed(withoutParameters(opened)));
            before = opened;
            opened = opened(opened);
        }
    }

    /** Whether it can be read in one way, as nearly every path. */
    private static boolean plain(String path) {
        char before = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%' || c == ';' || c == '\\' || c == 0 || (before == '/' && (c == '/' || c == '.'))) {
                return false;
            }
            before = c;
        }
        return true;
    }

    private static String trimmed(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    /**
     * Decodes each escape once.
     *
     * @param kept whether those stay that would cut or end a segment, or begin another escape
     */
    private static String decoded(String path, boolean kept) {
        StringBuilder decoded = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            int escaped = path.charAt(i) == '%' ? escape(path, i) : -1;
            if (escaped < 0) {
                decoded.append(path.charAt(i));
            } else if (kept && (escaped == '/' || escaped == '\\' || escaped == '%' || escaped == 0)) {
                decoded.append(escaped == 0 ? "%00" : escaped == '/' ? "%2F" : escaped == '%' ? "%25" : "%5C");
                i += 2;
            } else {
                decoded.append((char) escaped);
                i += 2;
            }
        }
        return decoded.toString();
    }

    private static int escape(String path, int at) {
        int high = at + 2 < path.length() ? Character.digit(path.charAt(at + 1), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(path.charAt(at + 2), 16);
        return low < 0 ? -1 : high * 16 + low;
    }

    private static String withoutParameters(String path) {
        StringBuilder bare = new StringBuilder(path.length());
        boolean parameters = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            parameters = c != '/' && (parameters || c == ';');
            if (!parameters) {
                bare.append(c);
            }
        }
        return bare.toString();
    }

    private static String opened(String path) {
        String decoded = decoded(path, false);
        int nul = decoded.indexOf(0);
        return (nul < 0 ? decoded : decoded.substring(0, nul)).replace('\\', '/');
    }

    private static String followed(String path) {
        List<String> segments = new ArrayList<>();
        for (int from = 0; from <= path.length(); ) {
            int slash = path.indexOf('/', from);
            int end = slash < 0 ? path.length() : slash;
            follow(path.substring(from, end), segments);
            from = end + 1;
        }
        return segments.isEmpty() ? "" : "/" + String.join("/", segments);
    }

    private static void follow(String segment, List<String> segments) {
        if (segment.equals("..")) {
            if (!segments.isEmpty()) {
                segments.removeLast();
            }
        } else if (!segment.isEmpty() && !segment.equals(".")) {
            segments.add(segment);
        }
    }
}
