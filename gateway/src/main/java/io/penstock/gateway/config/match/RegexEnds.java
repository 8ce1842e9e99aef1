// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.match;

/**
 * The fixed text that everything a regular expression matches begins and ends with, as far as it shows without understanding the
 * expression: shorter than it could be, never wrong.
 *
 * @param prefix empty when nothing is certain
 * @param suffix empty when nothing is certain
 */
record RegexEnds(String prefix, String suffix) {
    /** Stands for whatever is not a fixed char. */
    private static final char ANY = '\0';

    static RegexEnds of(String regex) {
        String chars = chars(regex);
        int first = chars.indexOf(ANY);
        return first < 0
                ? new RegexEnds(chars, chars)
                : new RegexEnds(chars.substring(0, first), chars.substring(chars.lastIndexOf(ANY) + 1));
    }

    /** Whether no text can match both. */
    boolean disjoint(RegexEnds other) {
        return !(prefix.startsWith(other.prefix) || other.prefix.startsWith(prefix))
                || !(suffix.endsWith(other.suffix) || other.suffix.endsWith(suffix));
    }

    private static String chars(String regex) {
        // alternatives, flags and quoted parts change the meaning of what stands around them
        if (regex.indexOf('|') >= 0 || regex.contains("(?i") || regex.contains("(?s") || regex.contains("(?m")) {
            return String.valueOf(ANY);
        }
        StringBuilder chars = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < regex.length(); i++) {
            char c = regex.charAt(i);
            switch (c) {
                case '^', '$' -> {}
                case '(' -> {
                    depth++;
                    chars.append(ANY);
                }
                case ')' -> depth--;
                case '[' -> {
                    i = endOfClass(regex, i);
                    chars.append(ANY);
                }
                case '?', '*', '+' -> unfix(chars);
                case '{' -> {
                    i = Math.max(i, regex.indexOf('}', i));
                    unfix(chars);
                }
                case '.' -> chars.append(ANY);
                case '\\' -> {
                    i++;
                    char escaped = i < regex.length() ? regex.charAt(i) : 'z';
                    if (Character.isLetterOrDigit(escaped)) {
                        if ("dDwWsSbB".indexOf(escaped) < 0) {
                            return String.valueOf(ANY);
                        }
                        chars.append(ANY);
                    } else {
                        chars.append(depth > 0 ? ANY : escaped);
                    }
                }
                default -> chars.append(depth > 0 ? ANY : c);
            }
        }
        return chars.toString();
    }

    private static void unfix(StringBuilder chars) {
        if (!chars.isEmpty()) {
            chars.setCharAt(chars.length() - 1, ANY);
        }
    }

    private static int endOfClass(String regex, int from) {
        int i = from + 1;
        if (i < regex.length() && regex.charAt(i) == '^') {
            i++;
        }
        i++; // a bracket in the first place is one of the class
        while (i < regex.length() && regex.charAt(i) != ']') {
            if (regex.charAt(i) == '\\') {
                i++;
            } else if (regex.startsWith("[:", i)) {
                i = Math.max(i, regex.indexOf(":]", i) + 1);
            }
            i++;
        }
        return i;
    }
}
