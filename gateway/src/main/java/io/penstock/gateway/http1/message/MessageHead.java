// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import io.penstock.gateway.config.read.Authority;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A head as it arrived: its fields, how its body is framed (RFC 9112 §6.3), and what it says about the connection. Where two fields could
 * be understood in two ways, the message is malformed: whoever is behind us must not understand it otherwise.
 */
public final class MessageHead {
    /** The body is chunked. */
    public static final long CHUNKED = -1;
    /** The body ends with the connection; responses only. */
    public static final long UNTIL_CLOSE = -2;

    private static final Field TE_TRAILERS = Field.of("te", "trailers");

    private final Side side;
    private final boolean http11;
    private final Head head = new Head();
    private @Nullable Field authority;
    private @Nullable Field contentLength;
    private boolean chunked;
    private boolean close;
    private boolean keepAlive;
    private boolean upgradeListed;
    private @Nullable String upgrade;
    private boolean trailersAccepted;
    private boolean expectsContinue;
    private boolean trailersAnnounced;
    private @Nullable String webSocketKey;
    private @Nullable List<String> listed;
    private long bodyLength;

    MessageHead(Side side, boolean http11) {
        this.side = side;
        this.http11 = http11;
    }

    /** Stands for a request whose head could not be read, so that its refusal is logged like any other. */
    public static MessageHead unreadable() {
        MessageHead request = new MessageHead(Side.DOWNSTREAM, true);
        request.head.add(":method", "-").add(":path", "-");
        return request;
    }

    // ---- while it is read ----

    void add(FieldLine line) {
        Field field = line.field();
        switch (line.kind()) {
            case OTHER -> head.add(field);
            case HOST -> host(field);
            case CONTENT_LENGTH -> contentLength(field);
            case TRANSFER_ENCODING -> transferEncoding(field.value());
            case CONNECTION -> connection(field.value());
            case DROPPED -> {}
            case UPGRADE -> upgrade = upgrade == null ? field.value() : upgrade + "," + field.value();
            case TE -> trailersAccepted |= Tokens.has(field.value(), "trailers");
            case EXPECT -> expect(field);
            case TRAILER -> {
                trailersAnnounced = true;
                head.add(field);
            }
            case WEBSOCKET_KEY -> {
                webSocketKey = field.value();
                head.add(field);
            }
        }
    }

    private void host(Field field) {
        if (side == Side.UPSTREAM) {
            return; // means nothing in a response
        }
        if (authority != null) {
            throw side.malformed("host twice");
        }
        authority = field;
    }

    private void contentLength(Field field) {
        if (contentLength != null) {
            throw side.malformed("content-length twice");
        }
        contentLength = field;
        if (Tokens.length(field.value()) < 0) {
            throw side.malformed("content-length is no number");
        }
        head.add(field);
    }

    private void transferEncoding(String value) {
        if (chunked) {
            throw side.malformed("transfer-encoding twice");
        }
        if (!value.equalsIgnoreCase("chunked")) {
            throw side.malformed("transfer-encoding is not chunked");
        }
        chunked = true;
    }

    private void connection(String value) {
        Tokens.each(value, token -> {
            switch (token) {
                case "close" -> close = true;
                case "keep-alive" -> keepAlive = true;
                case "upgrade" -> upgradeListed = true;
                case "te", "host", "content-length", "transfer-encoding", "trailer" -> {} // the codec's own business
                default -> {
                    listed = listed == null ? new ArrayList<>(2) : listed;
                    listed.add(token);
                }
            }
        });
    }

    private void expect(Field field) {
        if (side == Side.DOWNSTREAM && http11) {
            expectsContinue |= field.value().equalsIgnoreCase("100-continue");
            head.add(field);
        } // HTTP/1.0 does not know it (RFC 9110 §10.1.1)
    }

    // ---- when all of it is here ----

    /**
     * Checks the whole request and settles its framing.
     *
     * @param preferTarget whether the authority of an absolute-form target goes before another {@code Host}
     */
    void finishRequest(RequestLine line, boolean preferTarget) {
        removeListed();
        framing();
        bodyLength = chunked ? CHUNKED : declaredLength(0);
        settleAuthority(line, preferTarget);
        if (trailersAccepted && http11) {
            head.add(TE_TRAILERS);
        }
        String protocol = protocol();
        if (protocol != null) {
            head.set(":protocol", protocol);
        }
    }

    /** Checks the whole response and settles its framing. */
    void finishResponse(int status, boolean toHead) {
        removeListed();
        framing();
        if (status < 200 || status == 204) {
            if (chunked || declaredLength(0) > 0) {
                close = true; // against RFC 9110 §8.6 and §10.2.3: whatever follows is no response
            }
            head.remove("content-length");
            bodyLength = 0;
        } else if (toHead || status == 304) {
            bodyLength = 0;
        } else {
            bodyLength = chunked ? CHUNKED : declaredLength(UNTIL_CLOSE);
        }
        if (bodyLength == UNTIL_CLOSE) {
            close = true;
        }
    }

    private void framing() {
        if (chunked && contentLength != null) {
            throw side.malformed("both content-length and transfer-encoding");
        }
        if (chunked && !http11) {
            throw side.malformed("transfer-encoding in HTTP/1.0");
        }
    }

    private long declaredLength(long otherwise) {
        return contentLength == null ? otherwise : Tokens.length(contentLength.value());
    }

    private void removeListed() {
        if (listed != null) {
            for (String name : listed) {
                head.remove(name);
            }
        }
    }

    private void settleAuthority(RequestLine line, boolean preferTarget) {
        Field host = authority;
        String absolute = line.authority();
        if (!absolute.isEmpty()) {
            checkAuthority(absolute);
        }
        if (host == null) {
            if (http11) {
                throw side.malformed("no host");
            }
            if (!absolute.isEmpty()) {
                head.set(":authority", absolute);
            }
            return;
        }
        if (!host.checked()) {
            checkAuthority(host.value());
            host.markChecked();
        }
        if (absolute.isEmpty() || Authority.same(absolute, host.value(), line.scheme())) {
            head.set(host);
        } else if (preferTarget) {
            head.set(":authority", absolute); // RFC 9112 §3.2.2: the field is replaced
        } else {
            throw side.malformed("host is not the authority of the request target");
        }
    }

    /** RFC 9112 §3.2; an empty one means nothing to http and https (RFC 9110 §4.2.1). */
    private void checkAuthority(String value) {
        if (!Authority.valid(value)) {
            throw side.malformed(value.isEmpty() ? "host is empty" : "host is neither a host nor host:port");
        }
    }

    /** The one protocol to change to, or null. Upgrading to h2c is declined (RFC 9113 §3.1), and so is whatever comes with a body. */
    private @Nullable String protocol() {
        String value = upgrade;
        if (value == null || !upgradeListed || !http11 || bodyLength != 0) {
            return null;
        }
        String wanted = value.toLowerCase(Locale.ROOT).trim();
        if (Tokens.has(wanted, "websocket")) {
            return "websocket";
        }
        for (int i = 0; i < wanted.length(); i++) {
            if (!FieldNames.token(wanted.charAt(i)) && wanted.charAt(i) != '/') {
                return null; // several of them
            }
        }
        return wanted.isEmpty() || wanted.equals("h2c") ? null : wanted;
    }

    // ---- what it says ----

    public Head head() {
        return head;
    }

    public boolean http11() {
        return http11;
    }

    /** How long the body is, {@link #CHUNKED} or {@link #UNTIL_CLOSE}. */
    public long bodyLength() {
        return bodyLength;
    }

    /** Whether the sender lets the connection go on after this message (RFC 9112 §9.3). */
    public boolean persistent() {
        return !close && (http11 || keepAlive);
    }

    /** Whether the client understands trailers. */
    public boolean trailersAccepted() {
        return trailersAccepted && http11;
    }

    boolean trailersAnnounced() {
        return trailersAnnounced;
    }

    public boolean expectsContinue() {
        return expectsContinue;
    }

    public @Nullable String webSocketKey() {
        return webSocketKey;
    }

    public GatewayException malformed(String detail) {
        return side.malformed(detail);
    }
}
