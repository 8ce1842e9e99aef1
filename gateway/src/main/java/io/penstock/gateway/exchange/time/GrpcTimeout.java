// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.time;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;

/**
 * The {@code grpc-timeout} field: up to eight digits and a unit.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over HTTP/2, Timeout</a>
 */
public final class GrpcTimeout {
    public static final String NAME = "grpc-timeout";
    private static final long MOST = 99_999_999;

    private GrpcTimeout() {}

    /**
     * Reads the field.
     *
     * @return nanoseconds, at most {@link Long#MAX_VALUE}
     * @throws GatewayException MALFORMED_REQUEST when it is not a timeout
     */
    public static long parse(String text) {
        int digits = text.length() - 1;
        if (digits < 1 || digits > 8) {
            throw malformed();
        }
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw malformed();
            }
            value = value * 10 + digit;
        }
        long unit =
                switch (text.charAt(digits)) {
                    case 'H' -> 3_600_000_000_000L;
                    case 'M' -> 60_000_000_000L;
                    case 'S' -> 1_000_000_000L;
                    case 'm' -> 1_000_000L;
                    case 'u' -> 1_000L;
                    case 'n' -> 1L;
                    default -> throw malformed();
                };
        return value > Long.MAX_VALUE / unit ? Long.MAX_VALUE : value * unit;
    }

    /** Writes the field in the finest unit that fits, never longer than the time left. */
    public static Field field(long nanos) {
        long left = Math.max(0, nanos);
        String text;
        if (left <= MOST) {
            text = left + "n";
        } else if (left / 1_000 <= MOST) {
            text = left / 1_000 + "u";
        } else if (left / 1_000_000 <= MOST) {
            text = left / 1_000_000 + "m";
        } else {
            text = Math.min(MOST, left / 1_000_000_000) + "S";
        }
        return Field.of(NAME, text, Field.Indexing.UNINDEXED);
    }

    private static GatewayException malformed() {
        return new GatewayException(Cause.MALFORMED_REQUEST, "grpc-timeout is not up to eight digits and a unit");
    }
}
