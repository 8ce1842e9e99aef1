// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.websocket;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The opening handshake of one connection (RFC 6455 section 4.2). */
record Handshake(String path, Map<String, String> fields) {

    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MAX_HEAD = 16 << 10;
    private static final int END = 0x0d0a0d0a;

    static Handshake read(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (int seen = 0; seen != END; ) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("closed before the request ended");
            }
            if (head.length() == MAX_HEAD) {
                throw new IOException("a request head of more than " + MAX_HEAD + " bytes");
            }
            seen = (seen << 8) | next;
            head.append((char) next);
        }
        var lines = head.toString().split("\r\n", -1);
        var words = lines[0].split(" ", -1);
        var fields = new LinkedHashMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                fields.merge(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip(),
                        (a, b) -> a + ", " + b);
            }
        }
        return new Handshake(words.length > 1 ? words[1] : "", fields);
    }

    boolean wellFormed() {
        return field("upgrade").equalsIgnoreCase("websocket")
                && field("connection").toLowerCase(Locale.ROOT).contains("upgrade")
                && field("sec-websocket-version").equals("13")
                && !field("sec-websocket-key").isEmpty();
    }

    private String field(String name) {
        return fields.getOrDefault(name, "");
    }

    void accept(OutputStream out, String backend) throws IOException {
        var protocols = field("sec-websocket-protocol");
        int comma = protocols.indexOf(',');
        var protocol = comma < 0 ? protocols : protocols.substring(0, comma).strip();
        var answer = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                + "sec-websocket-accept: " + acceptance(field("sec-websocket-key")) + "\r\nx-backend: " + backend
                + "\r\n"
                + (protocol.isEmpty() ? "" : "sec-websocket-protocol: " + protocol + "\r\n") + "\r\n";
        out.write(answer.getBytes(StandardCharsets.US_ASCII));
    }

    void refuse(OutputStream out, int status) throws IOException {
        var answer = "HTTP/1.1 " + status + " Refused\r\ncontent-length: 0\r\nconnection: close\r\n"
                + (status == 426 ? "upgrade: websocket\r\nsec-websocket-version: 13\r\n" : "") + "\r\n";
        out.write(answer.getBytes(StandardCharsets.US_ASCII));
    }

    private static String acceptance(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
