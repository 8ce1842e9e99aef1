// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdentityTest {

    private static Identity of(Map<String, List<String>> claims) {
        return Identity.of("anna", Identity.Proof.JWT, "who", claims);
    }

    @Test
    void findsClaimsAndWords() {
        Identity anna = of(Map.of("scope", List.of("read  write"), "roles", List.of("a", "b c")));

        assertThat(anna.values("roles")).containsExactly("a", "b c");
        assertThat(anna.value("roles")).isEqualTo("a");
        assertThat(anna.words("scope")).containsExactly("read", "write");
        assertThat(anna.values("none")).isEmpty();
        assertThat(anna.value("none")).isNull();
        assertThat(anna.value("sub")).isEqualTo("anna");
        assertThat(anna.whole()).isTrue();
    }

    @Test
    void cannotBeChanged() {
        List<String> roles = new ArrayList<>(List.of("a"));
        Map<String, List<String>> claims = new LinkedHashMap<>(Map.of("roles", roles));
        Identity anna = of(claims);
        roles.add("root");
        claims.put("more", List.of());

        assertThat(anna.claims()).containsOnly(Map.entry("roles", List.of("a")));
        assertThatThrownBy(() -> anna.claims().clear()).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> anna.values("roles").clear()).isInstanceOf(RuntimeException.class);
    }

    @Test
    void isBounded() {
        Map<String, List<String>> claims = new LinkedHashMap<>();
        for (int i = 0; i < 2 * Identity.MOST_VALUES; i++) {
            claims.put("c" + i, List.of("v"));
        }
        Identity many = of(claims);
        Identity large = of(Map.of("text", List.of("x".repeat(Identity.MOST_CHARS))));

        assertThat(many.claims()).hasSize(Identity.MOST_VALUES);
        assertThat(many.whole()).isFalse();
        assertThat(large.claims()).isEmpty();
        assertThat(large.whole()).isFalse();
        assertThat(of(Map.of("c", List.of("v".repeat(100)))).bytes()).isBetween(200, 1000);
    }

    @Test
    void saysNothingOfTheCallerInItsText() {
        assertThat(of(Map.of("email", List.of("anna@a.test"))).toString()).isEqualTo("JWT by who");
    }

    @Test
    void isUnverifiedInExplanationsAlone() {
        assertThat(Identity.unverified(Identity.Proof.JWT, "who").verified()).isFalse();
        assertThat(Identity.unverified(Identity.Proof.JWT, "who").claims()).isEmpty();
        assertThat(Identity.of("anna", Identity.Proof.JWT, "who").verified()).isTrue();
    }
}
