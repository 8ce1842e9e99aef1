// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** What Gatling prints, which is wide and long: a file takes it, from which its verdict is read. */
final class GatlingLog {

    private static final Pattern ASSERTION = Pattern.compile(".+ : (?:true|false) \\(actual : .*\\)");

    private final Path file;

    private GatlingLog(Path file) {
        this.file = file;
    }

    /** Sends what this JVM prints to the file. To be called before Gatling is loaded, which keeps what it finds. */
    static GatlingLog redirect(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        var to = new PrintStream(Files.newOutputStream(file), true, StandardCharsets.UTF_8);
        System.setOut(to);
        System.setErr(to);
        return new GatlingLog(file);
    }

    Path file() {
        return file;
    }

    /** Where what comes next will be. */
    long position() throws IOException {
        return Files.size(file);
    }

    /** Gatling's assertions with what became of them, from there on. */
    List<String> assertionsSince(long position) throws IOException {
        var bytes = Files.readAllBytes(file);
        var text = new String(bytes, (int) position, bytes.length - (int) position, StandardCharsets.UTF_8);
        return text.lines().filter(line -> ASSERTION.matcher(line).matches()).toList();
    }
}
