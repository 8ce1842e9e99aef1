// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.call;

import io.grpc.Metadata;
import io.penstock.harness.wire.Field;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Fields to grpc-java's metadata and back; binary values stand as base64 in fields, as they do on the wire. */
public final class Fields {

    private Fields() {}

    /** Makes metadata of fields. */
    public static Metadata toMetadata(List<Field> fields) {
        var metadata = new Metadata();
        for (var field : fields) {
            if (field.name().endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                metadata.put(
                        Metadata.Key.of(field.name(), Metadata.BINARY_BYTE_MARSHALLER),
                        Base64.getDecoder().decode(field.value()));
            } else {
                metadata.put(ascii(field.name()), field.value());
            }
        }
        return metadata;
    }

    /** Makes fields of metadata, sorted by name. */
    public static List<Field> of(Metadata metadata) {
        var fields = new ArrayList<Field>();
        for (var name : metadata.keys().stream().sorted().toList()) {
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                var values = metadata.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
                for (var value : values == null ? List.<byte[]>of() : values) {
                    fields.add(
                            new Field(name, Base64.getEncoder().withoutPadding().encodeToString(value)));
                }
            } else {
                var values = metadata.getAll(ascii(name));
                for (var value : values == null ? List.<String>of() : values) {
                    fields.add(new Field(name, value));
                }
            }
        }
        return fields;
    }

    /** Makes the key of a text field. */
    public static Metadata.Key<String> ascii(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
