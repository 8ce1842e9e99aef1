// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import org.jspecify.annotations.Nullable;

/** Keeps a caller at one endpoint by a cookie that names it without showing its address. */
final class StickyCookie {
    private final String name;

    StickyCookie(String name) {
        this.name = name;
    }

    /** The endpoint that the caller's cookie names, if it can be used. */
    @Nullable
    Member member(Exchange exchange, Levels levels) {
        String value = Cookies.value(exchange.request(), name);
        return value == null ? null : levels.named(value);
    }

    /** Gives the caller the cookie of this endpoint, unless it has it. */
    void set(Exchange exchange, Head response, @Nullable Member member) {
        boolean interim = response.status() < 200 && response.status() != 101; // the caller may never see its fields
        if (interim || member == null) {
            return;
        }
        if (!member.cookie().equals(Cookies.value(exchange.request(), name))) {
            String secure = exchange.peer().secure() ? "; Secure" : "";
            String value = name + "=" + member.cookie() + "; Path=/; HttpOnly; SameSite=Lax" + secure;
            response.add(Field.of("set-cookie", value, Field.Indexing.NEVER));
        }
    }
}
