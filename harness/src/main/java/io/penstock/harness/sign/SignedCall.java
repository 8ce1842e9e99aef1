// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.sign;

import io.penstock.harness.wire.Field;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/** One signed request, sent over HTTP/1.1. */
public final class SignedCall {

    private SignedCall() {}

    /**
     * What came back.
     *
     * @param body as UTF-8
     */
    public record Answer(int status, String body) {}

    /**
     * Sends the request; blocks for {@code timeout} at most.
     *
     * @param signature the fields that sign it
     * @throws IOException there is no answer
     * @throws IllegalArgumentException a field is one that the connection sets by itself
     */
    public static Answer send(PlainRequest request, List<Field> signature, Duration timeout)
            throws IOException, InterruptedException {
        var body = request.body();
        var builder = HttpRequest.newBuilder(
                        URI.create(request.scheme() + "://" + request.authority() + request.target()))
                .timeout(timeout)
                .method(
                        request.method(),
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body.bytes()));
        request.with(signature).fields().forEach(field -> builder.header(field.name(), field.value()));
        try (var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build()) {
            var answer = client.send(builder.build(), BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.body());
        }
    }
}
