// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Response fields that tell browsers to be careful, each with the value that is sent, or {@value #OFF}.
 *
 * @param strictTransportSecurity default {@code max-age=31536000}, a year; sent to callers by HTTPS alone (RFC 6797 §7.2)
 * @param xContentTypeOptions default {@code nosniff}
 * @param referrerPolicy default {@code strict-origin-when-cross-origin}
 * @param xFrameOptions default {@code DENY}
 * @param contentSecurityPolicy default {@code frame-ancestors 'none'}
 * @param permissionsPolicy default {@code camera=(), geolocation=(), microphone=()}
 * @param crossOriginOpenerPolicy default {@value #OFF}, as the next two
 * @param crossOriginResourcePolicy which pages may load it
 * @param crossOriginEmbedderPolicy what pages may load
 * @param remove fields that tell of the software behind the gateway, default {@code server} and {@code x-powered-by}
 * @param override whether these values go in the place of what the upstream says, default no
 */
public record SecurityFieldsConfig(
        String strictTransportSecurity,
        String xContentTypeOptions,
        String referrerPolicy,
        String xFrameOptions,
        String contentSecurityPolicy,
        String permissionsPolicy,
        String crossOriginOpenerPolicy,
        String crossOriginResourcePolicy,
        String crossOriginEmbedderPolicy,
        List<String> remove,
        boolean override)
        implements FilterConfig {
    /** In the place of a value: the field is not sent. */
    public static final String OFF = "off";

    private static final Pattern TRANSPORT =
            Pattern.compile("(?i)off|max-age=[0-9]{1,10}( *; *(includeSubDomains|preload))*");
    private static final Pattern REFERRER = Pattern.compile("off|[a-z-]+(, *[a-z-]+)*");
    private static final List<String> REFERRERS = List.of(
            "no-referrer",
            "no-referrer-when-downgrade",
            "origin",
            "origin-when-cross-origin",
            "same-origin",
            "strict-origin",
            "strict-origin-when-cross-origin",
            "unsafe-url");

    public SecurityFieldsConfig {
        remove = remove.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        Check check = new Check();
        check.that(
                "strict-transport-security",
                TRANSPORT.matcher(strictTransportSecurity).matches(),
                Check.quoted(strictTransportSecurity),
                "is not valid, expected off or max-age=SECONDS, with ; includeSubDomains and ; preload behind it as"
                        + " needed");
        check.that(
                "referrer-policy",
                referrers(referrerPolicy),
                Check.quoted(referrerPolicy),
                "is not valid, expected off or one or more of " + String.join(", ", REFERRERS));
        word(check, "x-content-type-options", xContentTypeOptions, List.of("nosniff"));
        word(check, "x-frame-options", xFrameOptions, List.of("DENY", "SAMEORIGIN"));
        word(
                check,
                "cross-origin-opener-policy",
                crossOriginOpenerPolicy,
                List.of("same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none"));
        word(
                check,
                "cross-origin-resource-policy",
                crossOriginResourcePolicy,
                List.of("same-origin", "same-site", "cross-origin"));
        word(
                check,
                "cross-origin-embedder-policy",
                crossOriginEmbedderPolicy,
                List.of("require-corp", "credentialless", "unsafe-none"));
        HeaderEditConfig.checkValue(check, "content-security-policy", contentSecurityPolicy);
        HeaderEditConfig.checkValue(check, "permissions-policy", permissionsPolicy);
        HeaderEditConfig.checkNames(check, "remove", remove);
        check.done();
    }

    private static boolean referrers(String value) {
        return REFERRER.matcher(value).matches()
                && (value.equals(OFF)
                        || Pattern.compile(", *").splitAsStream(value).allMatch(REFERRERS::contains));
    }

    private static void word(Check check, String key, String value, List<String> words) {
        check.that(
                key,
                value.equals(OFF) || words.contains(value),
                Check.quoted(value),
                "is not valid, expected off or one of " + String.join(", ", words));
    }

    static SecurityFieldsConfig from(ConfigNode node) {
        return new SecurityFieldsConfig(
                node.text("strict-transport-security", "max-age=31536000"),
                node.text("x-content-type-options", "nosniff"),
                node.text("referrer-policy", "strict-origin-when-cross-origin"),
                node.text("x-frame-options", "DENY"),
                node.text("content-security-policy", "frame-ancestors 'none'"),
                node.text("permissions-policy", "camera=(), geolocation=(), microphone=()"),
                node.text("cross-origin-opener-policy", OFF),
                node.text("cross-origin-resource-policy", OFF),
                node.text("cross-origin-embedder-policy", OFF),
                node.parsedList("remove", List.of("server", "x-powered-by"), Function.identity()),
                node.flag("override", false));
    }

    /** What is sent whatever the connection, by field in the order of the keys; neither what is off nor {@code strict-transport-security}. */
    public Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("x-content-type-options", xContentTypeOptions);
        fields.put("referrer-policy", referrerPolicy);
        fields.put("x-frame-options", xFrameOptions);
        fields.put("content-security-policy", contentSecurityPolicy);
        fields.put("permissions-policy", permissionsPolicy);
        fields.put("cross-origin-opener-policy", crossOriginOpenerPolicy);
        fields.put("cross-origin-resource-policy", crossOriginResourcePolicy);
        fields.put("cross-origin-embedder-policy", crossOriginEmbedderPolicy);
        fields.values().removeIf(OFF::equals);
        return fields;
    }
}
