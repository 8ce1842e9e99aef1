// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.UsageException;
import io.penstock.harness.token.TokenAlgorithm;
import io.penstock.harness.token.TokenIssuer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes tokens for load, each of them once, and the key that verifies them. */
@Command(
        name = "tokens",
        description = "Signed tokens for load, one on a line, all of the same length.",
        mixinStandardHelpOptions = true)
final class TokensCommand implements Callable<Integer> {
    /** Signed together, by all processors. */
    private static final int BATCH = 10_000;

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9:_.* -]{1,256}");

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            defaultValue = "ES256",
            description = "ES256 or HS256, with a new key (ES256)")
    private TokenAlgorithm algorithm = TokenAlgorithm.ES256;

    @Option(names = "--count", paramLabel = "N", defaultValue = "1000", description = "how many (1000)")
    private int count;

    @Option(names = "--issuer", paramLabel = "TEXT", defaultValue = "harness", description = "iss (harness)")
    private String issuer = "harness";

    @Option(names = "--scope", paramLabel = "TEXT", defaultValue = "*", description = "scope (*)")
    private String scope = "*";

    @Option(
            names = "--subjects",
            paramLabel = "N",
            defaultValue = "100",
            description = "how many subjects take turns: sub is user-0000 and so on (100)")
    private int subjects;

    @Option(names = "--key", paramLabel = "FILE", required = true, description = "gets the public key or the secret")
    private @Nullable Path key;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "gets the tokens")
    private @Nullable Path out;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Check.range("--count", count, 1, 10_000_000);
        Check.range("--subjects", subjects, 1, 10_000);
        plain("--issuer", issuer);
        plain("--scope", scope);
        TokenIssuer tokens = TokenIssuer.of(algorithm, issuer, scope, subjects);
        Files.writeString(Objects.requireNonNull(key), tokens.verifying());
        write(tokens, Objects.requireNonNull(out));
        int length = tokens.token(0).length();
        var terminal = Objects.requireNonNull(spec).commandLine().getOut();
        if (json) {
            Output.json(terminal, j -> {
                j.writeNumberField("tokens", count);
                j.writeNumberField("length", length);
            });
        } else {
            terminal.println(count + " tokens of " + length + " chars");
            terminal.flush();
        }
        return 0;
    }

    private static void plain(String option, String text) {
        if (!PLAIN.matcher(text).matches()) {
            throw new UsageException(option + ": found " + text
                    + ", expected 1 to 256 letters, digits, blanks, ':', '.', '*', '_' and '-'");
        }
    }

    private void write(TokenIssuer tokens, Path file) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
            for (int from = 0; from < count; from += BATCH) {
                List<String> batch = IntStream.range(from, Math.min(count, from + BATCH))
                        .parallel()
                        .mapToObj(number -> token(tokens, number))
                        .toList();
                for (String token : batch) {
                    writer.write(token);
                    writer.write('\n');
                }
            }
        }
    }

    private static String token(TokenIssuer tokens, int number) {
        try {
            return tokens.token(number);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK cannot sign", e);
        }
    }
}
