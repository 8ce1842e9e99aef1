// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.write;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http1.message.FieldNames;

/**
 * Writes fields, and lets nothing through that would end a line before its time: a head may come from HTTP/2 or from a filter, where other
 * rules hold.
 */
final class FieldWriter {
    private FieldWriter() {}

    static void write(Output out, Field field) {
        begin(out, field);
        out.lineEnd();
    }

    /** Writes the field at this place and the later ones of its name as one. */
    static void writeJoined(Output out, Head head, int first, String separator) {
        Field field = head.at(first);
        begin(out, field);
        for (int i = first + 1; i < head.size(); i++) {
            Field other = head.at(i);
            if (other.name().equals(field.name())) {
                ensureChecked(other);
                out.put(separator);
                out.put(other.value());
            }
        }
        out.lineEnd();
    }

    private static void begin(Output out, Field field) {
        ensureChecked(field);
        out.field(field.name(), field.value());
    }

    private static void ensureChecked(Field field) {
        if (!field.checked()) {
            check(field);
        }
    }

    private static void check(Field field) {
        String name = field.name();
        boolean fine = !name.isEmpty();
        for (int i = 0; i < name.length(); i++) {
            fine &= FieldNames.token(name.charAt(i));
        }
        if (!fine || !line(field.value())) {
            throw new GatewayException(Cause.INTERNAL, "field that cannot be written in HTTP/1.1");
        }
        field.markChecked();
    }

    private static boolean line(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return true;
    }

    /** A method, a target or an authority: visible characters only. */
    static String word(String value, String what) {
        boolean fine = !value.isEmpty();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            fine &= c > ' ' && c != 0x7f && c <= 0xff;
        }
        if (!fine) {
            throw new GatewayException(Cause.MALFORMED_REQUEST, what + " cannot be written in HTTP/1.1");
        }
        return value;
    }

    /** Whether the codec writes the field itself, or it belongs to another connection. */
    static boolean connectionSpecific(String name) {
        return switch (name) {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings" ->
                true;
            default -> false;
        };
    }
}
