// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.ForwardedConfig;
import io.penstock.gateway.config.filter.ForwardedConfig.Field;
import io.penstock.gateway.config.read.Authority;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells the upstream who called, in the fields that the configuration names.
 *
 * <p>Fields that the caller sent count only when it is believed; anybody else's are replaced, or removed when the configuration does not
 * name them, because anybody can write them. {@code via} alone is extended for everybody: it is a trace, not a claim.
 */
public final class ForwardedFilter implements Filter {
    /** How {@code via} calls this gateway, whatever its host is. */
    private static final String PSEUDONYM = " penstock";

    private final ForwardedConfig config;
    private final Set<Field> fields;
    private final List<String> foreign;
    private final ClientAddress clients;
    private final RequestIds ids = new RequestIds();

    /** Takes which fields to set, and whom to believe. */
    public ForwardedFilter(ForwardedConfig config, ClientAddress clients) {
        this.config = config;
        this.fields = config.set();
        this.clients = clients;
        Set<Field> others = EnumSet.allOf(Field.class);
        others.removeAll(fields);
        others.removeAll(EnumSet.of(Field.X_REQUEST_ID, Field.VIA));
        this.foreign = others.stream().map(Field::wire).toList();
    }

    @Override
    public Verdict request(Exchange exchange) {
        boolean believed = clients.believes(exchange);
        Head head = exchange.request();
        Peer peer = exchange.peer();
        if (!believed) {
            for (int i = 0; i < foreign.size(); i++) {
                head.remove(foreign.get(i));
            }
        }
        if (fields.contains(Field.FORWARDED)) {
            chain(head, "forwarded", element(exchange, head, believed), believed);
        }
        if (fields.contains(Field.X_FORWARDED_FOR)) {
            chain(head, "x-forwarded-for", peer.address(), believed);
        }
        claim(head, Field.X_FORWARDED_PROTO, scheme(peer), believed);
        claim(head, Field.X_FORWARDED_HOST, exchange.authority(), believed);
        if (fields.contains(Field.X_FORWARDED_PORT)) {
            claim(head, Field.X_FORWARDED_PORT, port(exchange.authority(), scheme(peer)), believed);
        }
        if (fields.contains(Field.X_REAL_IP)) {
            head.set("x-real-ip", exchange.client());
        }
        if (fields.contains(Field.X_GATEWAY_TIME)) {
            head.set("x-gateway-time", FieldTemplate.time(exchange.startedMillis()));
        }
        if (fields.contains(Field.VIA)) {
            chain(head, "via", exchange.protocol() + PSEUDONYM, true);
        }
        exchange.requestId(ids.of(head, fields.contains(Field.X_REQUEST_ID)));
        return Verdict.GO_ON;
    }

    @Override
    public void response(Exchange exchange, Head head) {
        if (fields.contains(Field.VIA) && exchange.attempts() > 0) {
            chain(head, "via", exchange.upstreamProtocol() + PSEUDONYM, true);
        }
    }

    @Override
    public Finding explain(Exchange copy) {
        request(copy);
        return Finding.goesOn(
                fields.isEmpty()
                        ? ""
                        : "set " + config.fields().stream().map(Field::wire).collect(Collectors.joining(", ")));
    }

    private void claim(Head head, Field field, String value, boolean believed) {
        if (!fields.contains(field) || (believed && head.has(field.wire()))) {
            return;
        }
        if (value.isEmpty()) {
            head.remove(field.wire()); // a request without an authority has none by its caller's word
        } else {
            head.set(field.wire(), value);
        }
    }

    /** Adds to the list that the fields of a name are, as one field. */
    private static void chain(Head head, String name, String entry, boolean believed) {
        if (!believed || !head.has(name)) {
            head.set(name, entry);
            return;
        }
        StringBuilder chain = new StringBuilder();
        for (int i = 0; i < head.size(); i++) {
            if (head.at(i).name().equals(name)) {
                chain.append(head.at(i).value()).append(", ");
            }
        }
        head.set(name, chain.append(entry).toString());
    }

    /** One element of RFC 7239 §4; anything with a colon needs quotes, and an IPv6 address brackets. */
    private static String element(Exchange exchange, Head head, boolean believed) {
        String address = exchange.peer().address();
        String node = address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
        String element = "for=" + node + ";proto=" + scheme(exchange.peer());
        boolean first = !believed || !head.has("forwarded");
        String host = exchange.authority();
        return first && !host.isEmpty() && host.indexOf('"') < 0 && host.indexOf('\\') < 0
                ? element + ";host=\"" + host + '"'
                : element;
    }

    private static String scheme(Peer peer) {
        return peer.secure() ? "https" : "http";
    }

    private static String port(String authority, String scheme) {
        String named = Authority.port(authority);
        return !named.isEmpty() ? named : scheme.equals("https") ? "443" : "80";
    }
}
