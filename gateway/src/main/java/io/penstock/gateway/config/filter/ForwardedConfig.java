// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What upstreams are told about the caller.
 *
 * @param fields which fields are set, default {@code x-forwarded-for}, {@code x-forwarded-proto}, {@code x-forwarded-host} and
 *     {@code x-request-id}; of the others, those of callers that are not trusted are removed
 */
public record ForwardedConfig(List<Field> fields) implements FilterConfig {

    /** One field; its name in the configuration is the one on the wire. */
    public enum Field {
        /** The addresses of the caller and of the proxies before this one. */
        X_FORWARDED_FOR,
        /** The scheme that the caller used. */
        X_FORWARDED_PROTO,
        /** The authority that the caller used. */
        X_FORWARDED_HOST,
        /** The port of that authority, or that of the scheme. */
        X_FORWARDED_PORT,
        /** All of the former in one field (RFC 7239). */
        FORWARDED,
        /** The address of the client alone. */
        X_REAL_IP,
        /** The id of the request. */
        X_REQUEST_ID,
        /** When the request arrived, by the gateway's clock: RFC 3339 in UTC with milliseconds. */
        X_GATEWAY_TIME,
        /** The protocol and the gateway's name, in requests and in responses (RFC 9110 §7.6.3). */
        VIA;

        private final String wire = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** The field's name. */
        public String wire() {
            return wire;
        }

        static Field parse(String text) {
            return Arrays.stream(values())
                    .filter(field -> field.wire.equals(text))
                    .findFirst()
                    .orElseThrow(() -> Check.failed(
                            Check.quoted(text),
                            "is not a forwarded field, expected one of "
                                    + String.join(
                                            ", ",
                                            Arrays.stream(values())
                                                    .map(Field::wire)
                                                    .toList())));
        }

        @Override
        public String toString() {
            return wire;
        }
    }

    public ForwardedConfig {
        fields = List.copyOf(fields);
        new Check()
                .that(
                        "fields",
                        fields.stream().distinct().count() == fields.size(),
                        "",
                        "names a field twice, expected once")
                .done();
    }

    /** The fields as a set. */
    public Set<Field> set() {
        return fields.isEmpty() ? EnumSet.noneOf(Field.class) : EnumSet.copyOf(fields);
    }

    /** Reads a {@code forwarded} chapter. */
    public static ForwardedConfig from(ConfigNode node) {
        return new ForwardedConfig(node.parsedList(
                "fields",
                List.of(Field.X_FORWARDED_FOR, Field.X_FORWARDED_PROTO, Field.X_FORWARDED_HOST, Field.X_REQUEST_ID),
                Field::parse));
    }
}
