// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.wire;

import java.util.List;

/**
 * What {@link FrameConnection#next} read: a whole head, with its CONTINUATION frames already joined and decoded, or
 * any other frame as it came.
 */
public sealed interface Message {

    /** A request head, response head or trailers. */
    record Head(int stream, List<Field> fields, boolean endStream) implements Message {

        public Head {
            fields = List.copyOf(fields);
        }

        /** Finds the first value of the field, or answers the empty text. */
        public String value(String name) {
            for (var field : fields) {
                if (field.name().equals(name)) {
                    return field.value();
                }
            }
            return "";
        }
    }

    /** A frame that is not part of a head. */
    record Other(Frame frame) implements Message {}
}
