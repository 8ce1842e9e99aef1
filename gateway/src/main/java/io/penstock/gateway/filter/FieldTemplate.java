// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.Template;
import io.penstock.gateway.config.filter.Template.Part;
import io.penstock.gateway.config.filter.Template.Text;
import io.penstock.gateway.config.filter.Template.Variable;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** A field whose value each exchange fills in; one that needs no filling is made once. Immutable. */
final class FieldTemplate {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final String name;
    private final Template value;
    private final Field constant;
    private final boolean filled;

    FieldTemplate(String name, String value) {
        this.name = name;
        this.value = Template.parse(value);
        this.filled = !this.value.constant();
        this.constant = Field.of(name, filled ? "" : text());
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        value.parts().forEach(part -> text.append(part instanceof Text piece ? piece.text() : ""));
        return text.toString();
    }

    Field of(Exchange exchange) {
        if (!filled) {
            return constant;
        }
        StringBuilder text = new StringBuilder();
        for (Part part : value.parts()) {
            switch (part) {
                case Text piece -> text.append(piece.text());
                case Variable variable -> text.append(value(variable, exchange));
            }
        }
        return Field.of(name, text.toString());
    }

    private static String value(Variable variable, Exchange exchange) {
        return switch (variable) {
            case REQUEST_ID -> exchange.requestId();
            case CLIENT -> exchange.client();
            case ROUTE -> exchange.route();
            case NOW -> time(exchange.startedMillis());
        };
    }

    /** RFC 3339 in UTC with milliseconds. */
    static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }
}
