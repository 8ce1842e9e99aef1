// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * So many in a second, a minute, an hour or a day: {@code 100/s}, {@code 5000/d}.
 *
 * @param count 1 to 1 000 000
 * @param per the one of these that it is
 */
public record Rate(int count, Duration per) {
    private static final int MOST = 1_000_000;
    private static final Pattern RATE = Pattern.compile("([0-9]{1,7})/([smhd])");
    private static final Map<String, Duration> PERIODS = Map.of(
            "s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1), "d", Duration.ofDays(1));

    public Rate {
        new Check()
                .range("", count, 1, MOST)
                .that("", PERIODS.containsValue(per), per, "is not a second, minute, hour or day")
                .done();
    }

    static Rate parse(String text) {
        Matcher matcher = RATE.matcher(text);
        if (!matcher.matches()) {
            throw Check.failed(
                    Check.quoted(text), "is not a rate, expected one such as 100/s, 600/m, 5000/h or 10000/d");
        }
        return new Rate(
                Integer.parseInt(matcher.group(1)), PERIODS.getOrDefault(matcher.group(2), Duration.ofSeconds(1)));
    }

    /** As it stands in a file. */
    @Override
    public String toString() {
        String unit = PERIODS.entrySet().stream()
                .filter(one -> one.getValue().equals(per))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
        return count + "/" + unit;
    }
}
