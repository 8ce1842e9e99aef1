// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.config.read.Authority;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Trailers;
import org.jspecify.annotations.Nullable;

/** What makes a head malformed (RFC 9113 §8.2, §8.3). Each check returns what is wrong, or null. */
public final class HeadRules {

    /** The pseudo field that makes CONNECT an extended one. */
    public static final String PROTOCOL = ":protocol";

    private static final int PROTOCOL_BIT = 16;

    private HeadRules() {}

    /** What is wrong with the head of a request; null when nothing is. */
    public static @Nullable String request(Head head) {
        String wrong = fields(head, true);
        if (wrong != null) {
            return wrong;
        }
        String method = head.method();
        if (method == null || method.isEmpty()) {
            return ":method is missing";
        }
        if (method.equals("CONNECT") && !extendedConnect(head)) {
            return connect(head);
        }
        String scheme = head.scheme();
        if (scheme == null || scheme.isEmpty()) {
            return ":scheme is missing";
        }
        String path = head.path();
        if (path == null || path.isEmpty()) {
            return ":path is missing or empty";
        }
        if (path.charAt(0) != '/' && !(path.equals("*") && method.equals("OPTIONS"))) {
            return ":path does not begin with a slash";
        }
        return null;
    }

    /** CONNECT to an authority and nothing else (RFC 9113 §8.5). */
    private static @Nullable String connect(Head head) {
        if (head.has(PROTOCOL)) {
            return ":protocol is empty";
        }
        if (head.scheme() != null || head.path() != null) {
            return ":scheme or :path of a CONNECT without :protocol";
        }
        return head.authority() == null ? ":authority is missing" : authority(head);
    }

    /** Whether the request asks for a tunnel of bytes that another protocol is spoken in (RFC 8441 §4). */
    static boolean extendedConnect(Head head) {
        String protocol = head.value(PROTOCOL);
        return protocol != null && !protocol.isEmpty();
    }

    /**
     * What is wrong with {@code :authority} and {@code host} of a request whose other fields are well-formed: such a request can be
     * answered. Whoever routes by one of the two must not be told apart from whoever routes by the other (RFC 9113 §8.3.1).
     */
    public static @Nullable String authority(Head head) {
        String host = null;
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (field.name().equals(":authority") && !field.checked()) {
                return ":authority is neither a host nor host:port";
            }
            if (field.name().equals("host")) {
                if (host != null) {
                    return "host twice";
                }
                host = field.value();
            }
        }
        String authority = head.authority();
        if (host == null) {
            return authority == null ? "neither :authority nor host" : null;
        }
        if (!Authority.valid(host)) {
            return "host is neither a host nor host:port";
        }
        String scheme = String.valueOf(head.scheme());
        return authority == null || Authority.same(host, authority, scheme) ? null : "host is not :authority";
    }

    /** Removes connection-specific fields, which mean nothing to the downstream's connection, before it looks. */
    static @Nullable String response(Head head) {
        removeConnectionSpecific(head);
        String wrong = fields(head, false);
        if (wrong != null) {
            return wrong;
        }
        int status = head.status();
        return status < 100 || status > 599 || status == 101 ? ":status is missing or not served" : null;
    }

    /** What is wrong with the trailers of a response: fields of another hop's connection are not, they are to be dropped. */
    static @Nullable String responseTrailers(Head head) {
        return trailers(head, false);
    }

    /** What is wrong with the trailers of a request; null when nothing is. */
    static @Nullable String requestTrailers(Head head) {
        return trailers(head, true);
    }

    private static void removeConnectionSpecific(Head head) {
        for (int i = head.size() - 1; i >= 0; i--) {
            Field field = head.at(i);
            if (!field.checked()
                    && (connectionSpecific(field.name()) || field.name().equals("te"))) {
                head.removeAt(i);
            }
        }
    }

    private static boolean connectionSpecific(String name) {
        return switch (name) {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" -> true;
            default -> false;
        };
    }

    private static @Nullable String trailers(Head head, boolean request) {
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (field.pseudo()) {
                return "pseudo field in trailers";
            }
            if (Trailers.allowed(field.name()) || (request && connectionSpecific(field.name()))) {
                String wrong = field(field);
                if (wrong != null) {
                    return wrong;
                }
            }
        }
        return null;
    }

    /** Removes what means something in a head alone; says how many fields that were. */
    static int dropFromTrailers(Head head) {
        int before = head.size();
        for (int i = before - 1; i >= 0; i--) {
            if (!Trailers.allowed(head.at(i).name())) {
                head.removeAt(i);
            }
        }
        return before - head.size();
    }

    /** The declared length, {@link Http2Stream#UNDECLARED}, or -2 when it is no number or declared twice. */
    static long contentLength(Head head) {
        String text = null;
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (field.name().equals("content-length")) {
                if (text != null) {
                    return -2;
                }
                text = field.value();
            }
        }
        if (text == null) {
            return Http2Stream.UNDECLARED;
        }
        if (text.isEmpty() || text.length() > 18) {
            return -2;
        }
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -2;
            }
            length = length * 10 + digit;
        }
        return length;
    }

    private static @Nullable String fields(Head head, boolean request) {
        boolean regular = false;
        int seen = 0;
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (field.pseudo()) {
                if (regular) {
                    return "pseudo field after a regular one";
                }
                int bit = request ? requestPseudo(field.name()) : responsePseudo(field.name());
                if (bit == 0) {
                    return "unknown pseudo field";
                }
                if ((seen & bit) != 0) {
                    return "pseudo field twice";
                }
                seen |= bit;
                if (!field.checked()) {
                    if (!validPseudoValue(field)) {
                        return "character in " + field.name() + " that is not allowed";
                    }
                    if (!field.name().equals(":authority") || Authority.valid(field.value())) {
                        field.markChecked();
                    }
                }
            } else {
                regular = true;
                String wrong = field(field);
                if (wrong != null) {
                    return wrong;
                }
            }
        }
        if ((seen & PROTOCOL_BIT) != 0 && request && !"CONNECT".equals(head.method())) {
            return ":protocol without CONNECT";
        }
        return null;
    }

    private static int requestPseudo(String name) {
        return switch (name) {
            case ":method" -> 1;
            case ":scheme" -> 2;
            case ":authority" -> 4;
            case ":path" -> 8;
            case PROTOCOL -> PROTOCOL_BIT;
            default -> 0;
        };
    }

    private static int responsePseudo(String name) {
        return name.equals(":status") ? 1 : 0;
    }

    private static @Nullable String field(Field field) {
        if (field.checked()) {
            return null;
        }
        String name = field.name();
        if (!validName(name)) {
            return "character in a name that is not allowed";
        }
        if (!validValue(field.value())) {
            return "character in a value that is not allowed";
        }
        if (connectionSpecific(name)) {
            return "connection-specific field " + name;
        }
        if (name.equals("te") && !field.value().equals("trailers")) {
            return "te is not trailers";
        }
        field.markChecked();
        return null;
    }

    /** Lower-case token characters (RFC 9110 §5.6.2, RFC 9113 §8.2.1). */
    private static boolean validName(String name) {
        if (name.isEmpty()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (!lowerToken(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean lowerToken(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || "!#$%&'*+.^_`|~".indexOf(c) >= 0;
    }

    /** What may stand in the start line and the host of HTTP/1.1, since the next hop may speak that: nothing that would end them early. */
    private static boolean validPseudoValue(Field field) {
        String value = field.value();
        return switch (field.name()) {
            case ":method" -> validMethod(value);
            case ":path" -> validPath(value);
            default -> validValue(value);
        };
    }

    private static boolean validMethod(String method) {
        for (int i = 0; i < method.length(); i++) {
            char c = method.charAt(i);
            if (!lowerToken(c) && (c < 'A' || c > 'Z')) {
                return false;
            }
        }
        return true;
    }

    private static boolean validPath(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** No NUL, CR or LF anywhere, no white space at either end (RFC 9113 §8.2.1). */
    private static boolean validValue(String value) {
        int length = value.length();
        if (length == 0) {
            return true;
        }
        if (blank(value.charAt(0)) || blank(value.charAt(length - 1))) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if ((c < 0x20 && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }
}
