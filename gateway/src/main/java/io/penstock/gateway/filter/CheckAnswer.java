// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.side.Asker;
import java.util.ArrayList;
import java.util.List;

/**
 * What a service has said about a request. Never changed; its head is copied for each caller.
 */
final class CheckAnswer {
    private final int status;
    private final List<Field> fields;
    private final byte[] body;
    private final boolean keepable;

    private CheckAnswer(Asker.Reply answer, List<String> names, byte[] body) {
        this.status = answer.head().status();
        this.fields = fields(answer.head(), names);
        this.body = body;
        this.keepable = keepable(answer.head());
    }

    /** A yes, with the fields that the request gets. */
    static CheckAnswer allowing(Asker.Reply answer, List<String> names) {
        return new CheckAnswer(answer, names, new byte[0]);
    }

    /** A no, with the fields and the body that the caller gets; a body that is not whole is left out. */
    static CheckAnswer denying(Asker.Reply answer, List<String> names) {
        List<String> all = new ArrayList<>(names);
        if (answer.whole() && answer.body().length > 0) {
            all.add("content-type");
            all.add("content-encoding");
        }
        return new CheckAnswer(answer, all, answer.whole() ? answer.body() : new byte[0]);
    }

    private static List<Field> fields(Head head, List<String> names) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (names.contains(field.name())) {
                fields.add(Field.of(field.name(), field.value()));
            }
        }
        return List.copyOf(fields);
    }

    private static boolean keepable(Head head) {
        String control = head.value("cache-control");
        return control == null || !control.contains("no-store");
    }

    boolean allows() {
        return status < 300;
    }

    int status() {
        return status;
    }

    List<Field> fields() {
        return fields;
    }

    /** Whether the service lets it be kept. */
    boolean keepable() {
        return keepable;
    }

    /** The no, as the caller gets it. */
    Verdict.Answer toCaller() {
        Head head = new Head().add(":status", Integer.toString(status));
        fields.forEach(head::add);
        if (status != 304) {
            head.add("content-length", Integer.toString(body.length));
        }
        return new Verdict.Answer(head, body);
    }

    /** About how many bytes it takes. */
    int bytes() {
        int bytes = 128 + body.length;
        for (Field field : fields) {
            bytes += field.bytes() + 64;
        }
        return bytes;
    }
}
