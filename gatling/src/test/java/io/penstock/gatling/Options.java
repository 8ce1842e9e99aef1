// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code scripts/gatling} says: {@code KEY=VALUE... NAME... -- JAVA-AND-FLAGS...}.
 *
 * @param settings {@code configs}, {@code reports}, {@code work}, {@code control}, {@code form} (short or full),
 *     {@code output} (text or json), {@code gateway} and {@code harness} (jars)
 * @param names of the simulations, in the order given
 * @param java the command that starts a JVM for the gateway, with its flags
 */
record Options(Map<String, String> settings, List<String> names, List<String> java) {

    Options {
        settings = Map.copyOf(settings);
        names = List.copyOf(names);
        java = List.copyOf(java);
    }

    static Options of(String[] arguments) {
        var all = Arrays.asList(arguments);
        int end = all.indexOf("--");
        var settings = new HashMap<String, String>();
        var names = new ArrayList<String>();
        for (var argument : all.subList(0, end < 0 ? all.size() : end)) {
            int equals = argument.indexOf('=');
            if (equals < 0) {
                names.add(argument);
            } else {
                settings.put(argument.substring(0, equals), argument.substring(equals + 1));
            }
        }
        return new Options(settings, names, end < 0 ? List.of() : all.subList(end + 1, all.size()));
    }

    String setting(String key) {
        var value = settings.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key + "=... is missing");
        }
        return value;
    }

    Path path(String key) {
        return Path.of(setting(key)).toAbsolutePath();
    }

    boolean brief() {
        return setting("form").equals("short");
    }

    List<String> gateway() {
        return with(java, "-jar", setting("gateway"), "run", "--config");
    }

    List<String> harness() {
        return List.of(java.getFirst(), "-Xmx256m", "-XX:+UseSerialGC", "-jar", setting("harness"));
    }

    private static List<String> with(List<String> first, String... others) {
        var all = new ArrayList<>(first);
        all.addAll(Arrays.asList(others));
        return all;
    }
}
