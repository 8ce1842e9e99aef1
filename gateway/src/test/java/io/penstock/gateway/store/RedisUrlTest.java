// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisUrlTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            nullValues = "-",
            value = {
                "redis://h false - - [h:6379] 0",
                "redis://h:1 false - - [h:1] 0",
                "rediss://h:1/7 true - - [h:1] 7",
                "redis://:pw@h/ false - pw [h:6379] 0",
                "redis://user:p%40%2Fw+d@h:1/2 false user p@/w+d [h:1] 2",
                "redis://user:a@b:c@h false user a@b:c [h:6379] 0",
                "redis://[::1]:7 false - - [::1:7] 0",
                "redis://[::1] false - - [::1:6379] 0",
            })
    void readsItsParts(
            String text, boolean tls, @Nullable String user, @Nullable String password, String hosts, int database) {
        RedisUrl url = RedisUrl.parse(text, 6379);

        assertThat(url.tls()).isEqualTo(tls);
        assertThat(url.user()).isEqualTo(user);
        assertThat(url.password()).isEqualTo(password);
        assertThat(url.hosts()).hasToString(hosts);
        assertThat(url.database()).isEqualTo(database);
        assertThat(url.toString()).doesNotContain("user", "p@/w");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "h:1",
                "http://h",
                "redis://",
                "redis://h:",
                "redis://h:x",
                "redis://h:70000",
                "redis://h:0",
                "redis://h/x",
                "redis://h,",
                "redis://secret@h",
                "redis://user:secret@h:x",
                "redis://user:secret@h/-1"
            })
    void refusesOthersWithoutShowingThem(String text) {
        assertThatThrownBy(() -> RedisUrl.parse(text, 6379))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("redis url")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://a:1,b,[::1]:3"})
    void readsSeveralHosts(String text) {
        assertThat(RedisUrl.parse(text, 26_379).hosts()).hasToString("[a:1, b:26379, ::1:3]");
    }
}
