// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.config.dynamic.FileEntries;
import io.penstock.gateway.dynamic.Dynamic;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the configuration comes from.
 *
 * @param dynamic empty when the file says everything
 * @param file what it says now
 */
public record ConfigSource(Optional<Dynamic> dynamic, Supplier<FileEntries> file) {
    /** What can be changed. */
    Dynamic changeable() {
        return dynamic.orElseThrow(DynamicOff::new);
    }

    /** What this node serves; 0 when nothing can change. */
    String revision() {
        return dynamic.map(one -> one.revision().toString()).orElse("0");
    }

    /** There is nothing that can be changed. */
    static final class DynamicOff extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DynamicOff() {
            super(
                    "the file has no dynamic, so that nothing changes without it, expected dynamic: {} in it",
                    null,
                    false,
                    false);
        }
    }
}
