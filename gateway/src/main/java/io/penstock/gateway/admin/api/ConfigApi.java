// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.admin.answer.Asked;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.config.dynamic.DocumentKind;
import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.dynamic.Refused;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.function.BiPredicate;

/** Finds the answer to a request about the configuration. */
public final class ConfigApi {
    private static final String CONFIG = "/v1/config";
    private static final String CLUSTERS = "/v1/clusters/";
    private static final String ENDPOINTS = "/endpoints/";

    private final ConfigReading reading;
    private final ConfigChanging changing;
    private final EndpointDrain drain;
    private final Dyups dyups;

    /**
     * Reads and changes what comes from there.
     *
     * @param endpoint whether a cluster has an endpoint of that address now
     */
    public ConfigApi(ConfigSource source, BiPredicate<String, String> endpoint) {
        this.reading = new ConfigReading(source);
        this.changing = new ConfigChanging(source);
        this.drain = new EndpointDrain(source, endpoint);
        this.dyups = new Dyups(source, changing);
    }

    /** Whether the path is about the configuration. */
    public static boolean serves(String path) {
        return path.equals(CONFIG) || path.startsWith(CONFIG + "/") || path.startsWith(CLUSTERS) || Dyups.serves(path);
    }

    /** Blocks for as long as the store takes. */
    public Reply reply(Asked asked) throws IOException {
        if (Dyups.serves(asked.path())) {
            return dyups.reply(asked);
        }
        try {
            return Content.as(asked, asked.path().startsWith(CLUSTERS) ? endpoint(asked) : config(asked, asked.path()));
        } catch (Refused refused) {
            return Problems.of(refused);
        } catch (ConfigException invalid) {
            return Problems.of(invalid);
        } catch (ConfigSource.DynamicOff off) {
            return Problems.of(off);
        } catch (Problems.InUse used) {
            return Problems.of(used);
        } catch (AdminRefusal refusal) {
            return Problems.of(refusal);
        }
    }

    /** A refusal in the words of these paths. */
    public static Reply refused(AdminRefusal refusal) {
        return Problems.of(refusal);
    }

    private Reply config(Asked asked, String path) throws IOException {
        return switch (path) {
            case CONFIG ->
                switch (asked.method()) {
                    case "GET" -> reading.whole(asked);
                    case "POST" -> changing.apply(asked);
                    default -> method(asked, "GET, HEAD, POST");
                };
            case CONFIG + "/history" -> asked.get() ? reading.history(asked) : method(asked, "GET, HEAD");
            case CONFIG + "/status" -> asked.get() ? reading.status() : method(asked, "GET, HEAD");
            case CONFIG + "/undo" -> asked.method().equals("POST") ? changing.undo(asked) : method(asked, "POST");
            case CONFIG + "/store" -> asked.method().equals("POST") ? changing.store(asked) : method(asked, "POST");
            default -> section(asked, path.substring(CONFIG.length() + 1));
        };
    }

    private Reply section(Asked asked, String rest) throws IOException {
        int slash = rest.indexOf('/');
        String section = slash < 0 ? rest : rest.substring(0, slash);
        DocumentKind kind = DocumentKind.of(section)
                .orElseThrow(() -> AdminRefusal.notFound(
                        "there is no section of that name, expected routes, clusters, filters or lookups"));
        if (slash < 0) {
            return asked.get() ? reading.section(asked, kind) : method(asked, "GET, HEAD");
        }
        DocumentName name = new DocumentName(kind, decoded(rest.substring(slash + 1)));
        return switch (asked.method()) {
            case "GET" -> reading.entry(name);
            case "PUT" -> changing.put(asked, name);
            case "DELETE" -> changing.delete(asked, name);
            default -> method(asked, "GET, HEAD, PUT, DELETE");
        };
    }

    private Reply endpoint(Asked asked) throws IOException {
        String rest = asked.path().substring(CLUSTERS.length());
        int at = rest.indexOf(ENDPOINTS);
        if (at <= 0) {
            throw AdminRefusal.notFound("expected " + CLUSTERS + "NAME" + ENDPOINTS + "HOST:PORT");
        }
        return asked.method().equals("POST")
                ? drain.set(asked, decoded(rest.substring(0, at)), decoded(rest.substring(at + ENDPOINTS.length())))
                : method(asked, "POST");
    }

    private static Reply method(Asked asked, String allowed) {
        return Problems.of(new AdminRefusal(405, "the method is " + asked.method() + ", allowed are " + allowed))
                .allowing(allowed);
    }

    /** Percent-encoding is UTF-8 here; a plus stays a plus. */
    static String decoded(String raw) {
        try {
            return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw AdminRefusal.invalid("the path has a % that two hexadecimal digits do not follow");
        }
    }
}
