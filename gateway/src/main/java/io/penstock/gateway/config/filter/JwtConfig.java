// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Lets requests pass that show a signed token (RFC 6750, RFC 7519).
 *
 * @param issuers whose tokens are accepted; required
 * @param header where a token is looked for first, after {@code Bearer} in {@code authorization}, as a whole in another one, default
 *     {@code authorization}
 * @param cookie where it is looked for next; absent
 * @param query the parameter where it is looked for last, and which the upstream does not see; absent
 * @param required whether a request without a token is refused, default yes; otherwise it goes on as a stranger's
 * @param forward whether the upstream gets the token of header and cookie, default yes
 * @param requiredClaims that a token must have, default none
 * @param claimFields request fields that are set to claims, by field, default none; callers cannot set them
 * @param leeway 0 s to 10 min, default 30 s; by how much clocks may differ
 * @param maxTokenBytes 128 B to 64 KiB, default 8 KiB; longer ones are refused unread
 * @param keep 0 s to 24 h, default 1 h; how long a verified token is known, at most until it expires or its key is gone
 * @param keptBytes 4 KiB to 1 GiB, default 16 MiB; for all that are known
 * @param revocation where tokens that were taken back are found; absent
 */
public record JwtConfig(
        List<IssuerConfig> issuers,
        String header,
        Optional<String> cookie,
        Optional<String> query,
        boolean required,
        boolean forward,
        List<RequiredClaim> requiredClaims,
        Map<String, String> claimFields,
        Duration leeway,
        int maxTokenBytes,
        Duration keep,
        int keptBytes,
        Optional<RevocationConfig> revocation)
        implements FilterConfig {
    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9._~-]{1,64}");

    public JwtConfig {
        issuers = List.copyOf(issuers);
        requiredClaims = List.copyOf(requiredClaims);
        claimFields = Collections.unmodifiableMap(new TreeMap<>(claimFields));
        Check check = new Check()
                .range("leeway", leeway, ofSeconds(0), ofMinutes(10))
                .size("max-token-bytes", maxTokenBytes, 128, 64 * 1024)
                .range("keep", keep, ofSeconds(0), ofHours(24))
                .size("kept-bytes", keptBytes, 4 * 1024, 1 << 30);
        FieldNames.check(check, "header", header);
        cookie.ifPresent(name -> parameter(check, "cookie", name));
        query.ifPresent(name -> parameter(check, "query", name));
        FieldNames.checkClaims(check, claimFields);
        names(check, issuers);
        check.done();
    }

    private static void parameter(Check check, String key, String name) {
        check.that(
                key,
                PARAMETER.matcher(name).matches(),
                Check.quoted(name),
                "is not a name, expected 1 to 64 letters, digits, '.', '_', '~' and '-'");
    }

    /** A token finds its issuer by what it says. */
    private static void names(Check check, List<IssuerConfig> issuers) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < issuers.size() && issuers.size() > 1; i++) {
            Optional<String> name = issuers.get(i).issuer();
            check.that(
                    "issuers[" + i + "].issuer",
                    name.isPresent(),
                    "",
                    "is missing beside other issuers, expected what iss has to be");
            check.that(
                    "issuers[" + i + "].issuer",
                    name.isEmpty() || seen.add(name.get()),
                    Check.quoted(name.orElse("")),
                    "is given twice, expected once");
        }
    }

    static JwtConfig from(ConfigNode node) {
        List<IssuerConfig> issuers = node.list("issuers", IssuerConfig::from);
        if (issuers.isEmpty()) {
            node.problem("issuers", "is missing or empty, expected one or more");
        }
        return new JwtConfig(
                issuers,
                node.text("header", "authorization").toLowerCase(Locale.ROOT),
                node.optionalText("cookie"),
                node.optionalText("query"),
                node.flag("required", true),
                node.flag("forward", true),
                node.parsedList("required-claims", List.of(), RequiredClaim::parse),
                node.texts("claim-fields"),
                node.duration("leeway", ofSeconds(30)),
                node.size("max-token-bytes", 8 * 1024),
                node.duration("keep", ofHours(1)),
                node.size("kept-bytes", 16 * 1024 * 1024),
                node.optionalChild("revocation", RevocationConfig::from));
    }

    @Override
    public List<String> stores() {
        return revocation.map(RevocationConfig::store).stream().toList();
    }

    @Override
    public List<String> clusters() {
        return issuers.stream()
                .flatMap(issuer -> issuer.jwks().stream())
                .map(JwksConfig::cluster)
                .toList();
    }
}
