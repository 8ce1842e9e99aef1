// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Secret;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lets requests pass that show the name and password of a user (RFC 7617).
 *
 * @param users a list, {@code file:PATH} or {@code ${NAME}}, as htpasswd writes it with bcrypt: lines of a name and a hash, and roles; required
 * @param keep 0 s to 24 h, default 10 min; how long a pair that was right is known, so that it costs no bcrypt
 * @param entries 1 to 1 000 000, default 10 000; how many pairs are known
 * @param checks 1 to 64, default 2; how many passwords are checked at a time
 * @param turnWait 0 s to 1 min, default 2 s; how long a check waits for its turn
 * @param required whether a request without a password is refused, default yes; otherwise it goes on as a stranger's
 * @param forward whether the upstream gets the password, default no
 * @param claimFields request fields that are set to {@code sub}, the user, or {@code roles}, by field, default none
 */
public record BasicConfig(
        Secret users,
        Duration keep,
        int entries,
        int checks,
        Duration turnWait,
        boolean required,
        boolean forward,
        Map<String, String> claimFields)
        implements FilterConfig {

    public BasicConfig {
        claimFields = Collections.unmodifiableMap(new TreeMap<>(claimFields));
        Check check = new Check()
                .range("keep", keep, ofSeconds(0), ofHours(24))
                .range("entries", entries, 1, 1_000_000)
                .range("checks", checks, 1, 64)
                .range("turn-wait", turnWait, ofSeconds(0), ofMinutes(1));
        FieldNames.checkClaims(check, claimFields);
        check.done();
    }

    static BasicConfig from(ConfigNode node) {
        return new BasicConfig(
                node.secret("users", 1),
                node.duration("keep", ofMinutes(10)),
                node.integer("entries", 10_000),
                node.integer("checks", 2),
                node.duration("turn-wait", ofSeconds(2)),
                node.flag("required", true),
                node.flag("forward", false),
                node.texts("claim-fields"));
    }
}
