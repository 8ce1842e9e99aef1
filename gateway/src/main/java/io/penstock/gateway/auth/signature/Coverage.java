// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What signatures have to cover. Immutable. */
final class Coverage {
    static final String CONTENT_DIGEST = "content-digest";

    private final List<String> components;

    /** Of these, {@code @query} is only for requests that have one, and {@code content-digest} for those with a body. */
    Coverage(List<String> components) {
        this.components = components;
    }

    /** What has to be covered of this request. */
    List<String> of(SignedRequest request, boolean body) {
        return components.stream()
                .filter(name -> switch (name) {
                    case "@query" -> request.hasQuery();
                    case CONTENT_DIGEST -> body;
                    default -> true;
                })
                .toList();
    }

    /** The first component that has to be covered of this request and is not; empty when there is none. */
    String missing(MessageSignature signature, SignedRequest request, boolean body) {
        Set<String> covered = signature.covered();
        return of(request, body).stream()
                .filter(name -> !covered.contains(name) && within(name).stream().noneMatch(covered::contains))
                .findFirst()
                .orElse("");
    }

    /** The components that have it as a part. */
    private static List<String> within(String component) {
        return switch (component) {
            case "@path", "@query" -> List.of("@request-target", "@target-uri");
            case "@authority", "@scheme", "@request-target" -> List.of("@target-uri");
            default -> List.of();
        };
    }

    /** These as the list of an {@code accept-signature} (RFC 9421 §5.1). */
    static String text(List<String> components) {
        return components.stream().map(name -> BareItem.string(name).text()).collect(Collectors.joining(" ", "(", ")"));
    }
}
