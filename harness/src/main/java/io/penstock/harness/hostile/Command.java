// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.hostile;

import io.penstock.harness.wire.Message;
import java.util.Optional;

/**
 * A behaviour and what the request gave it.
 *
 * @param given the text after the name, or empty
 */
record Command(Behaviour behaviour, String given) {

    static Command of(Message.Head request) {
        var field = request.value("hostile");
        if (!field.isEmpty()) {
            var parts = field.split("=", 2);
            return Behaviour.named(parts[0].strip())
                    .map(b -> new Command(b, parts.length == 2 ? parts[1].strip() : ""))
                    .orElse(new Command(Behaviour.OK, ""));
        }
        return ofPath(request.value(":path").split("\\?", 2)[0]);
    }

    private static Command ofPath(String path) {
        var parts = path.split("/", -1);
        for (int i = 0; i < parts.length; i++) {
            Optional<Behaviour> behaviour = Behaviour.named(parts[i]);
            if (behaviour.isPresent()) {
                return new Command(behaviour.get(), i + 1 < parts.length ? parts[i + 1] : "");
            }
        }
        return new Command(Behaviour.OK, "");
    }

    /** The number given, the behaviour's own when none was, within what one request may cost here. */
    long number() {
        try {
            return Math.clamp(Long.parseLong(given), 0, 64 << 20);
        } catch (NumberFormatException e) {
            return behaviour.preset();
        }
    }
}
