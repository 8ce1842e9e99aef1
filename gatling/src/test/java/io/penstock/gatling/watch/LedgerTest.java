// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LedgerTest {

    @Test
    void addsUpTheEndpointsOfACluster() {
        var ledger = Ledger.of("""
                {"connections": [
                  {"kind": "upstream", "name": "kept", "target": "127.0.0.1:1", "opened": 3, "reused": 10},
                  {"kind": "upstream", "name": "kept", "target": "former", "opened": 4, "reused": 1},
                  {"kind": "redis", "name": "kept", "target": "127.0.0.1:2", "opened": 100, "reused": 100},
                  {"kind": "upstream", "name": "closed", "target": "127.0.0.1:1", "opened": 5, "reused": 0}]}
                """);

        assertThat(ledger.opened("kept")).isEqualTo(7);
        assertThat(ledger.reused("kept")).isEqualTo(11);
        assertThat(ledger.opened("closed")).isEqualTo(5);
        assertThat(ledger.opened("nobody")).isZero();
    }

    @Test
    void refusesWhatIsNoLedger() {
        assertThatThrownBy(() -> Ledger.of("{}")).hasMessageContaining("no array of connections");
        assertThatThrownBy(() -> Ledger.of("<html>")).hasMessageContaining("no JSON");
    }
}
