// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Identity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Request fields that say what is known of the caller. They are taken out of every request before anything is known, so that nobody can say it
 * in the gateway's place. Bytes that fields cannot hold are percent-encoded, as UTF-8; several values have commas between them.
 */
final class ClaimFields {
    /** A longer value is left out: upstreams would refuse the request. */
    private static final int MOST_CHARS = 4096;

    private final Map<String, String> claims;

    /**
     * Sets these.
     *
     * @param claims by field
     */
    ClaimFields(Map<String, String> claims) {
        this.claims = claims;
    }

    /** Takes them out of a stranger's request. */
    void clear(Head request) {
        claims.keySet().forEach(request::remove);
    }

    /** Sets those that the identity has. */
    void set(Head request, Identity identity) {
        claims.forEach((field, claim) -> {
            String text = text(identity, claim);
            if (!text.isEmpty() && text.length() <= MOST_CHARS) {
                request.set(field, text);
            }
        });
    }

    private static String text(Identity identity, String claim) {
        List<String> values = identity.values(claim);
        String one = identity.value(claim);
        if (values.size() <= 1) {
            return one == null ? "" : visible(one);
        }
        return String.join(",", values.stream().map(ClaimFields::visible).toList());
    }

    private static String visible(String value) {
        boolean plain = value.chars().allMatch(c -> c >= 0x20 && c < 0x7f) && value.equals(value.strip());
        if (plain) {
            return value;
        }
        StringBuilder encoded = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0x20 && b < 0x7f && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(String.format("%02X", b & 0xff));
            }
        }
        return encoded.toString();
    }
}
