// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

import io.penstock.harness.wire.Field;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads the {@code NAME:VALUE} of {@code -H} options. */
public final class FieldText {

    private static final Pattern NAME = Pattern.compile("[a-z0-9_.-]+");

    private FieldText() {}

    /** Reads each text; the name becomes lower case. */
    public static List<Field> parse(List<String> texts) {
        return texts.stream().map(FieldText::parse).toList();
    }

    private static Field parse(String text) {
        int colon = text.indexOf(':');
        var name = text.substring(0, Math.max(0, colon)).strip().toLowerCase(Locale.ROOT);
        if (!NAME.matcher(name).matches()) {
            throw new UsageException("-H: found " + text + ", expected NAME:VALUE");
        }
        var value = text.substring(colon + 1).strip();
        if (name.endsWith("-bin")) {
            checkBase64(text, value);
        }
        return new Field(name, value);
    }

    private static void checkBase64(String text, String value) {
        try {
            var unused = Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            throw new UsageException("-H: found " + text + ", expected base64 in a -bin field");
        }
    }
}
