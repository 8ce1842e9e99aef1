// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.sign;

import io.penstock.harness.wire.Field;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** Signs requests (RFC 9421 §3.1). */
public final class RequestSigner {

    private static final String DIGEST = "content-digest";

    private RequestSigner() {}

    /**
     * Signs a request.
     *
     * @return the fields that it needs in addition: {@code content-digest} where it has a body and none of its own, {@code signature-input} and
     *     {@code signature}
     * @throws IllegalArgumentException a component is covered that the request does not have
     */
    public static List<Field> sign(PlainRequest request, SigningKey key, SigningPlan plan) {
        var added = new ArrayList<Field>();
        var body = request.body();
        if (body != null
                && request.fields().stream().noneMatch(field -> field.name().equals(DIGEST))) {
            added.add(new Field(DIGEST, digest(body.bytes())));
        }
        var whole = request.with(added);
        var components = plan.components().isEmpty() ? usual(request) : plan.components();
        var input = components.stream().map(SigningPlan::quoted).collect(Collectors.joining(" ", "(", ")"))
                + plan.parameters();
        var signature = key.sign(base(whole, components, input).getBytes(StandardCharsets.ISO_8859_1));
        added.add(new Field("signature-input", plan.label() + "=" + input));
        added.add(new Field("signature", plan.label() + "=:" + base64(signature) + ":"));
        return added;
    }

    /** What a gateway wants by default. */
    private static List<String> usual(PlainRequest request) {
        var components = new ArrayList<>(List.of("@method", "@path"));
        if (request.hasQuery()) {
            components.add("@query");
        }
        if (request.body() != null) {
            components.add(DIGEST);
        }
        return components;
    }

    private static String base(PlainRequest request, List<String> components, String input) {
        var base = new StringBuilder();
        for (var component : components) {
            base.append(SigningPlan.quoted(component))
                    .append(": ")
                    .append(request.value(component))
                    .append('\n');
        }
        return base.append("\"@signature-params\": ").append(input).toString();
    }

    /** The {@code content-digest} of a body (RFC 9530 §2). */
    public static String digest(byte[] body) {
        try {
            return "sha-256=:" + base64(MessageDigest.getInstance("SHA-256").digest(body)) + ":";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
