// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

/** Finds the characters in texts of which each char is one byte of the wire. */
final class Utf8 {
    private Utf8() {}

    /**
     * How many bytes from here on are the UTF-8 form of one character above ASCII that people can see; 0 when they are none: broken or
     * overlong forms, controls, and what is invisible or changes the order in which others are shown.
     */
    static int visible(String bytes, int at, int end) {
        int first = bytes.charAt(at);
        int size = first >= 0xc2 && first < 0xe0
                ? 2
                : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
        if (size == 0 || at + size > end) {
            return 0;
        }
        int character = first & (0xff >> (size + 1));
        for (int i = 1; i < size; i++) {
            int next = bytes.charAt(at + i);
            if ((next & ~0x3f) != 0x80) {
                return 0;
            }
            character = (character << 6) | (next & 0x3f);
        }
        boolean overlong = (size == 3 && character < 0x800) || (size == 4 && character < 0x10000);
        return !overlong && visible(character) ? size : 0;
    }

    private static boolean visible(int character) {
        if (!Character.isValidCodePoint(character)) {
            return false;
        }
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
