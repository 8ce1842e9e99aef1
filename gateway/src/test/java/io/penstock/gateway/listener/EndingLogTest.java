// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EndingLogTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<String> lines = new ArrayList<>();
    private final EndingLog log = new EndingLog(new Recording());

    /** Keeps what is said above debug. */
    private final class Recording implements System.Logger {
        @Override
        public String getName() {
            return "recording";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String text, @Nullable Throwable thrown) {
            lines.add(text);
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String format, Object... values) {
            if (level != Level.DEBUG) {
                lines.add(MessageFormat.format(format, values));
            }
        }
    }

    private void end(int port, DownstreamEnding how, long now) {
        log.ended("main", new Peer("main", "10.0.0.9", port, false, false), how, "details", now);
    }

    @Test
    void saysWhoAndWhy() {
        end(1000, DownstreamEnding.RESET_FLOOD, 5);

        assertThat(lines).singleElement().asString().contains("10.0.0.9", "reset-flood", "details");
    }

    @Test
    void saysFewOfAKindWithinASecondAndThenHowManyThereWere() {
        for (int i = 0; i < 1000; i++) {
            end(1000 + i, DownstreamEnding.RESET_FLOOD, i);
        }
        assertThat(lines).hasSize(EndingLog.MOST);

        log.upkeep("main", SECOND - 1);
        assertThat(lines).hasSize(EndingLog.MOST);
        log.upkeep("main", SECOND);
        log.upkeep("main", 2 * SECOND);

        assertThat(lines).hasSize(EndingLog.MOST + 1);
        assertThat(lines.getLast()).contains("997 more", "reset-flood");
    }

    @Test
    void saysMoreInTheNextSecond() {
        for (int i = 0; i < 10; i++) {
            end(1000, DownstreamEnding.PROTOCOL, i);
        }
        end(1000, DownstreamEnding.PROTOCOL, SECOND);

        assertThat(lines).hasSize(EndingLog.MOST + 2);
        assertThat(lines.get(EndingLog.MOST)).contains("7 more");
    }

    @Test
    void keepsKindsApart() {
        for (int i = 0; i < 10; i++) {
            end(1000, DownstreamEnding.PING_FLOOD, i);
        }
        end(1000, DownstreamEnding.HEAD_TIMEOUT, 10);

        assertThat(lines).hasSize(EndingLog.MOST + 1);
        assertThat(lines.getLast()).contains("head-timeout");
    }

    @Test
    void isSilentAboutThoseWhoAreNotToBlame() {
        end(1000, DownstreamEnding.IDLE, 1);

        assertThat(lines).isEmpty();
    }
}
