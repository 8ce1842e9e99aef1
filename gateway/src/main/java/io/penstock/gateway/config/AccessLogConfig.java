// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Values;

/**
 * One JSON object for each exchange.
 *
 * @param output {@code stdout}, {@code none}, or a file's path, default {@code stdout}
 * @param queue 1 to 1 000 000, default 8192; lines that may wait to be written; more are dropped and counted
 */
public record AccessLogConfig(String output, int queue) {

    public AccessLogConfig {
        new Check()
                .notBlank("output", output)
                .that(
                        "output",
                        output.isBlank() || Values.file(output).isPresent(),
                        Check.quoted(output),
                        "is not valid, expected stdout, none or a file's path")
                .range("queue", queue, 1, 1_000_000)
                .done();
    }

    static AccessLogConfig from(ConfigNode node) {
        return new AccessLogConfig(node.text("output", "stdout"), node.integer("queue", 8192));
    }
}
