// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.SecurityFieldsConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells browsers to be careful with what is behind it, and nobody which software that is. Sees final responses, refusals and the gateway's own
 * answers too; gRPC, which no browser speaks, and upgrades only lose fields.
 */
final class SecurityFieldsFilter implements Filter {
    private static final String TRANSPORT = "strict-transport-security";
    private static final String POLICY = "content-security-policy";
    private static final String FRAMES = "x-frame-options";
    private static final Pattern DIRECTIVES = Pattern.compile(" *; *");

    private final List<String> remove;
    private final List<Field> fields;
    private final @Nullable Field transport;
    /** The policy but for what it says of frames; null when it says nothing else. */
    private final @Nullable Field frameless;

    private final boolean override;

    SecurityFieldsFilter(SecurityFieldsConfig config) {
        this.remove = config.remove();
        this.fields = config.fields().entrySet().stream()
                .map(entry -> Field.of(entry.getKey(), entry.getValue()))
                .toList();
        String secure = config.strictTransportSecurity();
        this.transport = secure.equals(SecurityFieldsConfig.OFF) ? null : Field.of(TRANSPORT, secure);
        String rest = frameless(config.fields().getOrDefault(POLICY, ""));
        this.frameless = rest.isEmpty() ? null : Field.of(POLICY, rest);
        this.override = config.override();
    }

    private static String frameless(String policy) {
        return DIRECTIVES
                .splitAsStream(policy)
                .filter(directive -> !directive.isEmpty()
                        && !directive.toLowerCase(Locale.ROOT).startsWith("frame-ancestors"))
                .collect(Collectors.joining("; "));
    }

    @Override
    public Verdict request(Exchange exchange) {
        return Verdict.GO_ON;
    }

    @Override
    public void response(Exchange exchange, Head head) {
        int status = head.status();
        if (status < 200 && status != 101) {
            return;
        }
        for (int i = 0; i < remove.size(); i++) {
            head.remove(remove.get(i));
        }
        if (status == 101 || exchange.grpc()) {
            return;
        }
        // what frames may hold it is said twice, and browsers go by the policy: it must not undo an upstream's
        // x-frame-options
        boolean framed = !override && head.has(FRAMES);
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            put(head, framed && field.name().equals(POLICY) ? frameless : field);
        }
        if (transport != null && secure(exchange)) {
            put(head, transport);
        }
    }

    private void put(Head head, @Nullable Field field) {
        if (field != null && (override || !head.has(field.name()))) {
            head.set(field);
        }
    }

    private static boolean secure(Exchange exchange) {
        return exchange.peer().scheme(exchange.request()).equals("https");
    }

    @Override
    public Finding explain(Exchange copy) {
        List<String> words = new ArrayList<>();
        if (!remove.isEmpty()) {
            words.add("response remove " + String.join(", ", remove));
        }
        List<String> names = new ArrayList<>();
        if (!copy.grpc()) {
            fields.forEach(field -> names.add(field.name()));
            if (transport != null && secure(copy)) {
                names.add(TRANSPORT);
            }
        }
        if (!names.isEmpty()) {
            words.add("response set " + (override ? "" : "where the upstream does not ") + String.join(", ", names));
        }
        return Finding.goesOn(words.isEmpty() ? "changes nothing" : String.join("; ", words));
    }
}
