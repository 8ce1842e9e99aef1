// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Identity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrantsTest {
    private static final Grants GRANTS = new Grants(List.of("scope", "scp"), List.of("realm_access.roles"));

    private static Identity identity(String claim, String... values) {
        return Identity.of("anna", Identity.Proof.JWT, "who", Map.of(claim, List.of(values)));
    }

    @ParameterizedTest
    @CsvSource({
        "orders:read, orders:read, true",
        "orders:read, orders:write, false",
        "orders:read, orders:rea, false",
        "orders:rea, orders:read, false",
        "orders:*, orders:read, true",
        "orders:*, orders:items:read, true",
        "orders:items:*, orders:items:read, true",
        "orders:items:*, orders:read, false",
        "orders:*, orders, false",
        "orders:*, orders:, true",
        "orders:*, orderss:read, false",
        "orders*, orders:read, false",
        "orders*, ordersx, false",
        "*:read, orders:read, false",
        "*, orders:read, true",
        "*, x, true",
        "'', x, false",
        "Orders:read, orders:read, false",
    })
    void coverWhatTheyNameAndWhatIsBelowAStar(String granted, String needed, boolean covered) {
        assertThat(GRANTS.any(identity("scope", granted), List.of(needed))).isEqualTo(covered);
        assertThat(GRANTS.any(identity("realm_access.roles", granted), List.of(needed)))
                .isEqualTo(covered);
        assertThat(GRANTS.any(identity("scp", " a  b " + granted + " c"), List.of(needed)))
                .isEqualTo(covered);
        assertThat(GRANTS.any(identity("other", granted), List.of(needed))).isFalse();
    }

    /** A role may have blanks in its name, and is no list. */
    @ParameterizedTest
    @CsvSource({"scope, not admin, true", "realm_access.roles, not admin, false", "realm_access.roles, admin, true"})
    void areWordsOfScopesAndWholeRoles(String claim, String value, boolean covered) {
        assertThat(GRANTS.any(identity(claim, "x", value), List.of("admin"))).isEqualTo(covered);
    }

    @ParameterizedTest
    @CsvSource({"a b, true, true", "a, true, false", "c, false, false", "*, true, true", "b a c, true, true"})
    void areEnoughOneByOneOrTogether(String scope, boolean any, boolean all) {
        assertThat(GRANTS.any(identity("scope", scope), List.of("a", "b"))).isEqualTo(any);
        assertThat(GRANTS.all(identity("scope", scope), List.of("a", "b"))).isEqualTo(all);
    }
}
