// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A claim that a token has to have.
 *
 * @param name with dots before what is nested
 * @param value which one of its values has to be; absent takes any
 */
public record RequiredClaim(String name, Optional<String> value) {
    /** What a claim of a token may be called in a configuration. */
    static final Pattern NAME = Pattern.compile("[\\x21-\\x7e&&[^=\"\\\\]]{1,256}");

    static RequiredClaim parse(String text) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        if (!NAME.matcher(name).matches()) {
            throw Check.failed(Check.quoted(text), "is not a claim, expected NAME or NAME=VALUE");
        }
        return new RequiredClaim(name, equals < 0 ? Optional.empty() : Optional.of(text.substring(equals + 1)));
    }

    @Override
    public String toString() {
        return name + value.map(text -> "=" + text).orElse("");
    }
}
