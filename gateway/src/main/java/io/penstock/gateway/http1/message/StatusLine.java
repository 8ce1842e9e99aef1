// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import io.penstock.gateway.exchange.Field;

/** A status line (RFC 9112 §4), read and written. The reason phrase of an upstream is not passed on: it means nothing. */
public final class StatusLine {
    private static final int LOWEST = 100;
    private static final int HIGHEST = 599;
    /** {@code "HTTP/1.1 200"}. */
    private static final int SHORTEST = 12;

    private static final Field[] STATUS = new Field[HIGHEST - LOWEST + 1];
    private static final String[] LINES = new String[HIGHEST - LOWEST + 1];

    static {
        for (int status = LOWEST; status <= HIGHEST; status++) {
            STATUS[status - LOWEST] = Field.of(":status", Integer.toString(status));
            LINES[status - LOWEST] = "HTTP/1.1 " + status + " " + reason(status) + "\r\n";
        }
    }

    private StatusLine() {}

    static boolean http11(byte[] bytes, int from) {
        return bytes[from + 7] != '0';
    }

    static int status(byte[] bytes, int from, int length) {
        boolean known = length >= SHORTEST
                && bytes[from] == 'H'
                && bytes[from + 1] == 'T'
                && bytes[from + 2] == 'T'
                && bytes[from + 3] == 'P'
                && bytes[from + 4] == '/'
                && bytes[from + 5] == '1'
                && bytes[from + 6] == '.'
                && bytes[from + 7] >= '0'
                && bytes[from + 7] <= '9'
                && bytes[from + 8] == ' '
                && (length == SHORTEST || bytes[from + SHORTEST] == ' ');
        if (!known) {
            throw Side.UPSTREAM.malformed("status line is not HTTP/1.1 or HTTP/1.0 with a status");
        }
        int status = 0;
        for (int i = from + 9; i < from + SHORTEST; i++) {
            int digit = bytes[i] - '0';
            status = digit < 0 || digit > 9 ? -HIGHEST : status * 10 + digit;
        }
        if (status < LOWEST || status > HIGHEST) {
            throw Side.UPSTREAM.malformed("status is outside 100 to 599");
        }
        for (int i = from + SHORTEST; i < from + length; i++) {
            if ((bytes[i] >= 0 && bytes[i] < ' ' && bytes[i] != '\t') || bytes[i] == 0x7f) {
                throw Side.UPSTREAM.malformed("control character in the reason phrase");
            }
        }
        return status;
    }

    /** The shared {@code :status}. */
    static Field field(int status) {
        return STATUS[status - LOWEST];
    }

    /** The whole line for our responses. */
    public static String line(int status) {
        return LINES[status - LOWEST];
    }

    private static String reason(int status) {
        return switch (status) {
            case 100 -> "Continue";
            case 101 -> "Switching Protocols";
            case 103 -> "Early Hints";
            case 200 -> "OK";
            case 201 -> "Created";
            case 202 -> "Accepted";
            case 204 -> "No Content";
            case 206 -> "Partial Content";
            case 301 -> "Moved Permanently";
            case 302 -> "Found";
            case 303 -> "See Other";
            case 304 -> "Not Modified";
            case 307 -> "Temporary Redirect";
            case 308 -> "Permanent Redirect";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 412 -> "Precondition Failed";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 416 -> "Range Not Satisfiable";
            case 417 -> "Expectation Failed";
            case 421 -> "Misdirected Request";
            case 422 -> "Unprocessable Content";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> "";
        };
    }
}
