// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** The gateway as a process of its own, from the classes of this build; ended when the test ends. */
final class GatewayProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    /** A test run that was started by nohup or as a shell's background job ignores signals, and its children would too. */
    private static final List<String> DEFAULT_SIGNALS = defaultSignals();

    private final Process process;
    private final Path output;
    private final Path config;

    private GatewayProcess(Process process, Path output, Path config) {
        this.process = process;
        this.output = output;
        this.config = config;
    }

    /** Runs the command line without waiting for anything. */
    static GatewayProcess launch(Path folder, List<String> before, List<String> flags, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(DEFAULT_SIGNALS);
        command.addAll(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath(folder), Main.class.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "gateway", ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new GatewayProcess(process, output, Path.of(arguments[arguments.length - 1]));
    }

    private static List<String> defaultSignals() {
        List<String> command = List.of("env", "--default-signal=HUP,INT,TERM");
        return succeeds(command) ? command : List.of();
    }

    private static boolean succeeds(List<String> env) {
        List<String> probe = new ArrayList<>(env);
        probe.add("true");
        try {
            return new ProcessBuilder(probe)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** This build's classes as jars: a process without descriptors can load a class from an open jar, but not from a folder. */
    private static String classPath(Path folder) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            entries.add(
                    entry.endsWith("test-classes") || !Files.isDirectory(Path.of(entry))
                            ? entry
                            : jar(folder, Path.of(entry)));
        }
        return String.join(File.pathSeparator, entries);
    }

    private static String jar(Path folder, Path classes) throws IOException {
        Path jar = Files.createTempFile(folder, "classes", ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return jar.toString();
    }

    /** Runs {@code run} with this configuration, and waits until every listener is ready. */
    static GatewayProcess start(Path folder, String yaml, String... flags) throws IOException {
        return start(folder, yaml, List.of(), List.of(flags));
    }

    /** The same with at most so many file descriptors. */
    static GatewayProcess startWithDescriptors(Path folder, String yaml, int descriptors) throws IOException {
        return start(
                folder, yaml, List.of("bash", "-c", "ulimit -n " + descriptors + " && exec \"$@\"", "bash"), List.of());
    }

    private static GatewayProcess start(Path folder, String yaml, List<String> before, List<String> flags)
            throws IOException {
        Path config = Files.writeString(Files.createTempFile(folder, "gateway", ".yaml"), yaml);
        GatewayProcess started = launch(folder, before, flags, "run", "--config", config.toString());
        try {
            Await.until("ready", START, () -> {
                assertThat(started.process.isAlive())
                        .as("lives: %s", started.output())
                        .isTrue();
                return started.output().contains("admin ready on port ");
            });
            return started;
        } catch (AssertionError e) {
            started.close();
            throw e;
        }
    }

    /** The configuration file. */
    Path config() {
        return config;
    }

    long pid() {
        return process.pid();
    }

    /** What it has written so far, to either stream. */
    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void awaitOutput(String text) {
        Await.until("output with " + text, START, () -> output().contains(text));
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port("listener \\S+ ready on port (\\d+)"));
    }

    InetSocketAddress adminAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port("admin ready on port (\\d+)"));
    }

    private int port(String line) {
        Matcher found = Pattern.compile(line).matcher(output());
        assertThat(found.find()).as(line).isTrue();
        return Integer.parseInt(found.group(1));
    }

    /** The status and body of a page of the admin listener. */
    HttpResponse<String> admin(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + adminAddress().getPort() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Sends a signal by its name. */
    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Waits for the end; the exit code. */
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(START.toSeconds(), TimeUnit.SECONDS))
                .as("the process ends: %s", output())
                .isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
