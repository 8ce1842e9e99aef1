// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import io.penstock.gateway.auth.signature.BareItem.Kind;
import io.penstock.gateway.auth.signature.Member.InnerList;
import io.penstock.gateway.auth.signature.Member.Item;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One signature that a request shows (RFC 9421 §4): what it covers, what it says of itself, and its bytes. Nothing of it is believed yet. */
final class MessageSignature {
    static final String INPUT = "signature-input";
    static final String SIGNATURE = "signature";

    private final InnerList input;
    private final byte[] bytes;

    private MessageSignature(InnerList input, byte[] bytes) {
        this.input = input;
        this.bytes = bytes;
    }

    /**
     * Takes the two fields apart.
     *
     * @return in the order of the input; empty when the request has neither field
     * @throws GatewayException BAD_CREDENTIALS: one of them is malformed or missing, or they do not belong together
     */
    static List<MessageSignature> of(SignedRequest request) {
        String inputs = request.value(INPUT);
        String signatures = request.value(SIGNATURE);
        if (inputs == null && signatures == null) {
            return List.of();
        }
        if (inputs == null || signatures == null) {
            throw bad((inputs == null ? INPUT : SIGNATURE) + " is missing");
        }
        Map<String, Member> bytes = StructuredField.dictionary(SIGNATURE, signatures);
        List<MessageSignature> all = new ArrayList<>();
        StructuredField.dictionary(INPUT, inputs).forEach((label, input) -> all.add(of(input, bytes.get(label))));
        if (all.isEmpty()) {
            throw bad(INPUT + " names no signature");
        }
        return all;
    }

    private static MessageSignature of(Member input, @Nullable Member bytes) {
        if (!(input instanceof InnerList list)) {
            throw bad(INPUT + " has a member that is no list of components");
        }
        if (!(bytes instanceof Item item) || item.value().kind() != Kind.BYTES) {
            throw bad(SIGNATURE + " has no bytes for a member of " + INPUT);
        }
        return new MessageSignature(
                list, Base64.getDecoder().decode(item.value().value()));
    }

    static GatewayException bad(String what) {
        return new GatewayException(Cause.BAD_CREDENTIALS, what);
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** The names of what is covered. */
    Set<String> covered() {
        Set<String> names = new HashSet<>();
        input.items().forEach(item -> names.add(item.value().value()));
        return names;
    }

    /**
     * A parameter that is a string; null when it is not given.
     *
     * @throws GatewayException BAD_CREDENTIALS: it is something else
     */
    @Nullable
    String string(String parameter) {
        return value(parameter, Kind.STRING, "a string");
    }

    /**
     * A parameter that is a time, in seconds since the epoch; null when it is not given.
     *
     * @throws GatewayException BAD_CREDENTIALS: it is something else
     */
    @Nullable
    Long seconds(String parameter) {
        String digits = value(parameter, Kind.INTEGER, "a number of seconds");
        return digits == null ? null : Long.valueOf(digits);
    }

    private @Nullable String value(String parameter, Kind kind, String expected) {
        BareItem item = input.parameters().get(parameter);
        if (item != null && item.kind() != kind) {
            throw bad("parameter " + parameter + " is something else than " + expected);
        }
        return item == null ? null : item.value();
    }

    /**
     * What was signed (RFC 9421 §2.5).
     *
     * @throws GatewayException BAD_CREDENTIALS: a component is covered twice, is of a kind that is not served, or is not there
     */
    byte[] base(SignedRequest request) {
        StringBuilder base = new StringBuilder();
        Set<String> seen = new HashSet<>();
        for (Item component : input.items()) {
            if (component.value().kind() != Kind.STRING) {
                throw bad("a component is no string");
            }
            String name = component.text();
            if (!component.parameters().isEmpty()) {
                throw bad("component " + name + " has parameters, expected it without");
            }
            if (!seen.add(name)) {
                throw bad("component " + name + " is covered twice");
            }
            base.append(name)
                    .append(": ")
                    .append(value(request, component.value().value()))
                    .append('\n');
        }
        base.append("\"@signature-params\": ").append(input.text());
        return base.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String value(SignedRequest request, String component) {
        String value = request.value(component);
        if (value == null) {
            throw bad("component " + BareItem.string(component).text() + " is covered, and the request has none");
        }
        return value;
    }
}
