// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The texts of scalars as Java values; empty when a text is not of the kind. */
public final class Values {
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?(0|[1-9][0-9]*+)");
    /** So many chars surely are a long. */
    private static final int LONG_CHARS = 18;

    private Values() {}

    /** Cut to what an int holds: beyond it every range refuses it just the same. */
    static Optional<Integer> wholeNumber(String text) {
        if (!WHOLE_NUMBER.matcher(text).matches()) {
            return Optional.empty();
        }
        if (text.length() > LONG_CHARS) {
            return Optional.of(text.startsWith("-") ? Integer.MIN_VALUE : Integer.MAX_VALUE);
        }
        return Optional.of(Math.clamp(Long.parseLong(text), Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    /** Whether {@link #wholeNumber} has made another number of the text. */
    static boolean cut(String text) {
        return wholeNumber(text)
                .filter(number -> !text.equals(number.toString()) && !text.equals("-0"))
                .isPresent();
    }

    static Optional<Boolean> flag(String text) {
        return text.equals("true") || text.equals("false") ? Optional.of(text.equals("true")) : Optional.empty();
    }

    static Optional<Duration> duration(String text) {
        return Units.duration(text);
    }

    /** Bytes. */
    static Optional<Integer> size(String text) {
        OptionalInt bytes = Units.size(text);
        return bytes.isPresent() ? Optional.of(bytes.getAsInt()) : Optional.empty();
    }

    /** A path of the file system. */
    public static Optional<Path> file(String text) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** The constant of this word, which is its name in lower case and with dashes. */
    public static <E extends Enum<E>> Optional<E> choice(String text, E any) {
        return constants(any).filter(constant -> word(constant).equals(text)).findFirst();
    }

    public static <E extends Enum<E>> List<String> words(E any) {
        return constants(any).map(Values::word).toList();
    }

    private static <E extends Enum<E>> Stream<E> constants(E any) {
        return Stream.of(any.getDeclaringClass().getEnumConstants());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
