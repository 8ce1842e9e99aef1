// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.discovery;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Endpoints from the healthy instances of a service in Consul.
 *
 * @param url {@code http://host:port} or {@code https://host:port} of an agent, default {@code http://127.0.0.1:8500}
 * @param service its name; required
 * @param datacenter absent, the default, means that of the agent
 * @param token of the access control list; absent by default, also when it is blank
 * @param tags instances have all of them; empty by default
 * @param acceptWarning whether instances with a check in the state {@code warning} are used, with their weight for it; default false
 * @param maxWait 1 s to 10 min, default 5 min; how long a question may stay unanswered while nothing changes
 * @param connectTimeout 1 ms to 1 min, default 1 s
 */
public record ConsulDiscoveryConfig(
        String url,
        String service,
        Optional<String> datacenter,
        Optional<String> token,
        List<String> tags,
        boolean acceptWarning,
        Duration maxWait,
        Duration connectTimeout) {

    private static final Pattern URL = Pattern.compile("https?://([^/?#@]+)/?");
    private static final Pattern TEXT = Pattern.compile("[!-~]([ -~]{0,254}[!-~])?");

    public ConsulDiscoveryConfig {
        tags = List.copyOf(tags);
        token = token.filter(text -> !text.isBlank());
        var matcher = URL.matcher(url);
        Check check = new Check()
                .that(
                        "url",
                        matcher.matches() && (Address.hostPort(matcher.group(1)) || Address.host(matcher.group(1))),
                        Check.quoted(url),
                        "is not http://host:port or https://host:port")
                .that("service", TEXT.matcher(service).matches(), Check.quoted(service), "is not the name of a service")
                .range("max-wait", maxWait, ofSeconds(1), ofMinutes(10))
                .range("connect-timeout", connectTimeout, ofMillis(1), ofMinutes(1));
        datacenter.ifPresent(text -> check.name("datacenter", text));
        token.ifPresent(text -> check.that("token", TEXT.matcher(text).matches(), "", "is not a token"));
        for (int i = 0; i < tags.size(); i++) {
            check.that(
                    "tags[" + i + "]", TEXT.matcher(tags.get(i)).matches(), Check.quoted(tags.get(i)), "is not a tag");
        }
        check.done();
    }

    static ConsulDiscoveryConfig from(ConfigNode node) {
        return new ConsulDiscoveryConfig(
                node.text("url", "http://127.0.0.1:8500"),
                node.requiredText("service", "unknown"),
                node.optionalText("datacenter"),
                node.optionalText("token"),
                node.parsedList("tags", List.of(), Function.identity()),
                node.flag("accept-warning", false),
                node.duration("max-wait", ofMinutes(5)),
                node.duration("connect-timeout", ofSeconds(1)));
    }

    /** Without the token. */
    @Override
    public String toString() {
        return service + " of " + url;
    }
}
