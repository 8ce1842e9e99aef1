// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.limit.address.AddressList;
import io.penstock.gateway.limit.address.AddressReport;
import io.penstock.gateway.limit.address.AddressReport.Decision;
import io.penstock.gateway.limit.address.AddressReport.Listed;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Which addresses are denied, how long still, and why. */
final class AddressPage {
    static final String PATH = "/v1/addresses";
    /** Denied networks that are shown of each list. */
    static final int MOST = 1_000;

    private final Supplier<List<AddressList>> lists;

    AddressPage(Supplier<List<AddressList>> lists) {
        this.lists = lists;
    }

    Reply all() {
        return Reply.json(200, json -> {
            json.writeArrayFieldStart("addressLists");
            for (AddressList list : lists.get()) {
                write(json, list);
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, AddressList list) throws IOException {
        AddressReport report = list.report();
        json.writeStartObject();
        json.writeStringField("filter", report.filter());
        json.writeStringField("mode", report.enforced() ? "enforce" : "report");
        if (report.store().isPresent()) {
            json.writeStringField("store", report.store().get());
            json.writeNumberField("withoutStore", report.without());
            json.writeStringField("problem", report.problem().orElse(""));
            json.writeStringField("ignored", report.ignored());
        }
        counts(json, "networks", report.networks());
        counts(json, "deniedRequests", report.denied());
        json.writeNumberField("blocks", report.blocks());
        List<Listed> denied = list.denied(MOST + 1);
        json.writeArrayFieldStart("denied");
        for (Listed one : denied.subList(0, Math.min(MOST, denied.size()))) {
            json.writeStartObject();
            write(json, one);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeBooleanField("more", denied.size() > MOST);
        json.writeEndObject();
    }

    private static void counts(JsonGenerator json, String name, Map<String, Long> counts) throws IOException {
        json.writeObjectFieldStart(name);
        for (var count : counts.entrySet()) {
            json.writeNumberField(count.getKey(), count.getValue());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Listed listed) throws IOException {
        json.writeStringField("network", listed.network());
        json.writeStringField("origin", listed.origin());
        if (listed.left().isPresent()) {
            json.writeNumberField(
                    "secondsLeft", listed.left().get().plusMillis(999).toSeconds());
        }
        json.writeStringField("why", listed.why());
    }

    /**
     * What each list says of one address.
     *
     * @param text the address; a colon may be percent-encoded
     */
    Reply decision(String text) {
        String address = text.replace("%3A", ":").replace("%3a", ":");
        if (Address.literal(address).isEmpty()) {
            return Reply.error(400, "this is no IP address, expected one such as 192.0.2.7 or 2001:db8::1");
        }
        return Reply.json(200, json -> {
            json.writeStringField("address", address);
            json.writeArrayFieldStart("addressLists");
            for (AddressList list : lists.get()) {
                Optional<Decision> decision = list.decision(address);
                if (decision.isPresent()) {
                    write(json, list, decision.get());
                }
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, AddressList list, Decision decision) throws IOException {
        json.writeStartObject();
        json.writeStringField("filter", list.name());
        json.writeBooleanField("denied", decision.by().denied());
        write(json, decision.by());
        json.writeNumberField("refusals", decision.refusals());
        json.writeEndObject();
    }
}
