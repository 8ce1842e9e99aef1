// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.harness.sign.PlainRequest;
import io.penstock.harness.sign.RequestSigner;
import io.penstock.harness.sign.SignedCall;
import io.penstock.harness.sign.SigningKey;
import io.penstock.harness.sign.SigningPlan;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.FieldText;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.UrlText;
import io.penstock.harness.terminal.UsageException;
import io.penstock.harness.wire.Field;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Signs one request, and sends it if asked to. */
@Command(
        name = "sign",
        description = "Sign one request as RFC 9421 has it; print the fields, or send it.",
        mixinStandardHelpOptions = true)
final class SignCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--method", paramLabel = "NAME", defaultValue = "GET", description = "method (GET)")
    private String method = "GET";

    @Option(names = "-H", paramLabel = "NAME:VALUE", description = "a request field; may be repeated")
    private List<String> fields = new ArrayList<>();

    @Option(names = "--body", paramLabel = "FILE", description = "the body is what is in the file")
    private @Nullable Path body;

    @Option(names = "--data", paramLabel = "TEXT", description = "the body is this text")
    private @Nullable String data;

    @Option(names = "--key-id", paramLabel = "ID", required = true, description = "what the key is called")
    private String keyId = "";

    @Option(
            names = "--key",
            paramLabel = "SOURCE",
            required = true,
            description = "file:PATH or env:NAME: a secret, or PEM for ed25519")
    private String key = "";

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            defaultValue = "hmac-sha256",
            description = "hmac-sha256 or ed25519 (hmac-sha256)")
    private String algorithm = "hmac-sha256";

    @Option(
            names = "--components",
            paramLabel = "LIST",
            defaultValue = "",
            description = "with commas; by default method, path, query, digest")
    private String components = "";

    @Option(names = "--nonce", paramLabel = "TEXT", description = "a random one when absent")
    private @Nullable String nonce;

    @Option(names = "--tag", paramLabel = "TEXT", description = "none when absent")
    private @Nullable String tag;

    @Option(names = "--send", description = "send it, over HTTP/1.1, on loopback")
    private boolean send;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "for the answer (10s)")
    private Duration timeout = Duration.ZERO;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Parameters(index = "0", paramLabel = "URL", description = "such as http://127.0.0.1:8080/a?b=1")
    private String url = "";

    @Override
    public Integer call() throws Exception {
        Check.range("--timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(10));
        var request = request();
        var added = sign(request);
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        if (!send) {
            if (json) {
                Output.json(out, j -> added.forEach(field -> write(j, field)));
            } else {
                added.forEach(field -> out.println(field.name() + ": " + field.value()));
                out.flush();
            }
            return 0;
        }
        var answer = SignedCall.send(request, added, timeout);
        if (json) {
            Output.json(out, j -> {
                j.writeNumberField("status", answer.status());
                j.writeStringField("body", answer.body());
            });
        } else {
            out.println(answer.status());
            out.println(answer.body());
            out.flush();
        }
        return answer.status() < 400 ? 0 : 1;
    }

    private static void write(JsonGenerator json, Field field) {
        try {
            json.writeStringField(field.name(), field.value());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Field> sign(PlainRequest request) {
        var plan = new SigningPlan(
                "sig",
                components.isEmpty() ? List.of() : Arrays.asList(components.split(",", -1)),
                Optional.of(Instant.now()),
                Optional.empty(),
                Optional.of(nonce == null ? SigningPlan.freshNonce() : nonce),
                Optional.of(keyId),
                Optional.of(algorithm),
                Optional.ofNullable(tag));
        try {
            return RequestSigner.sign(request, key(), plan);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--components: " + e.getMessage());
        }
    }

    private SigningKey key() {
        byte[] bytes = material();
        if (bytes.length == 0) {
            throw new UsageException("--key: " + key + " is empty");
        }
        switch (algorithm) {
            case "hmac-sha256" -> {
                return SigningKey.shared(bytes);
            }
            case "ed25519" -> {
                try {
                    return SigningKey.pem(new String(bytes, StandardCharsets.UTF_8));
                } catch (InvalidKeyException e) {
                    throw new UsageException("--key: " + key + " " + e.getMessage());
                }
            }
            default ->
                throw new UsageException("--algorithm: found " + algorithm + ", expected hmac-sha256 or ed25519");
        }
    }

    /** Without the end of its last line, as the gateway reads secrets. */
    private byte[] material() {
        if (key.startsWith("env:")) {
            var value = System.getenv(key.substring(4));
            if (value == null) {
                throw new UsageException("--key: " + key + " is not set");
            }
            return value.getBytes(StandardCharsets.UTF_8);
        }
        if (!key.startsWith("file:")) {
            throw new UsageException("--key: expected file:PATH or env:NAME");
        }
        byte[] read = read("--key", Path.of(key.substring(5)));
        int end = read.length;
        if (end > 0 && read[end - 1] == '\n') {
            end -= end > 1 && read[end - 2] == '\r' ? 2 : 1;
        }
        return Arrays.copyOf(read, end);
    }

    private static byte[] read(String option, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UsageException(option + ": " + file + " cannot be read");
        }
    }

    private PlainRequest request() {
        if (body != null && data != null) {
            throw new UsageException("--data: is given beside --body, expected one of them");
        }
        if (!method.matches("[A-Z]{1,20}")) {
            throw new UsageException("--method: found " + method + ", expected a name such as GET");
        }
        var uri = uri();
        byte[] bytes =
                body != null ? read("--body", body) : data != null ? data.getBytes(StandardCharsets.UTF_8) : null;
        var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new PlainRequest(
                method,
                uri.getScheme(),
                uri.getRawAuthority(),
                uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery(),
                FieldText.parse(fields),
                bytes == null ? null : new PlainRequest.Body(bytes));
    }

    private URI uri() {
        try {
            var uri = URI.create(url);
            if (uri.getRawAuthority() != null && List.of("http", "https").contains(uri.getScheme())) {
                if (send) {
                    var unused = new UrlText().convert(url);
                }
                return uri;
            }
        } catch (IllegalArgumentException | TypeConversionException e) {
            throw new UsageException("found " + url + ": " + e.getMessage());
        }
        throw new UsageException("found " + url + ", expected a URL such as http://127.0.0.1:8080/a?b=1");
    }
}
