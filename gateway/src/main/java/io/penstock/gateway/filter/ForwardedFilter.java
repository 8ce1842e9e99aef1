// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells the upstream who called: {@code x-forwarded-for}, {@code -proto} and {@code -host}, and {@code x-request-id}.
 *
 * <p>Fields that the caller sent count only when it is trusted; anybody else's are replaced, because anybody can write them. A
 * request id is kept from anybody when it is 1 to 128 characters of {@code A-Za-z0-9._:+/=-}; otherwise one of 32 hexadecimal
 * digits is made.
 */
public final class ForwardedFilter implements Filter {
    private static final int LONGEST_ID = 128;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private final AtomicLong turns = new AtomicLong();
    private final long seedHigh;
    private final long seedLow;

    /** Seeds the request ids. */
    public ForwardedFilter() {
        SecureRandom random = new SecureRandom();
        seedHigh = random.nextLong();
        seedLow = random.nextLong();
    }

    @Override
    public void request(Exchange exchange) {
        Head head = exchange.request();
        Peer peer = exchange.peer();
        forwardedFor(head, peer);
        if (!peer.trusted() || !head.has("x-forwarded-proto")) {
            head.set("x-forwarded-proto", peer.secure() ? "https" : "http");
        }
        if (!exchange.authority().isEmpty() && (!peer.trusted() || !head.has("x-forwarded-host"))) {
            head.set("x-forwarded-host", exchange.authority());
        }
        exchange.requestId(requestId(head));
    }

    private static void forwardedFor(Head head, Peer peer) {
        if (!peer.trusted()) {
            head.set("x-forwarded-for", peer.address());
            return;
        }
        StringBuilder chain = new StringBuilder();
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (field.name().equals("x-forwarded-for")) {
                chain.append(field.value()).append(", ");
            }
        }
        head.set("x-forwarded-for", chain.append(peer.address()).toString());
    }

    private String requestId(Head head) {
        String sent = head.value("x-request-id");
        if (sent != null && wellFormed(sent)) {
            return sent;
        }
        String made = newId();
        head.set(Field.of("x-request-id", made, Field.Indexing.UNINDEXED));
        return made;
    }

    /** Two mixed halves of a counter that began at a random place: unique within the process, and as good as unique beyond. */
    private String newId() {
        long turn = turns.getAndIncrement();
        byte[] hex = new byte[32];
        hex(mixed(seedHigh + turn * 0x9e3779b97f4a7c15L), hex, 0);
        hex(mixed(seedLow - turn * 0xd1342543de82ef95L), hex, 16);
        return new String(hex, StandardCharsets.ISO_8859_1);
    }

    private static void hex(long bits, byte[] to, int from) {
        long rest = bits;
        for (int i = from + 15; i >= from; i--) {
            to[i] = HEX[(int) rest & 0xf];
            rest >>>= 4;
        }
    }

    /** The finaliser of SplitMix64. */
    private static long mixed(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static boolean wellFormed(String id) {
        if (id.isEmpty() || id.length() > LONGEST_ID) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean fine = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "._:+/=-".indexOf(c) >= 0;
            if (!fine) {
                return false;
            }
        }
        return true;
    }
}
