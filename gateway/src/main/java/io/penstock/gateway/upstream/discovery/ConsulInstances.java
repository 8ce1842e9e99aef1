// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads what {@code /v1/health/service/NAME} answers: a list of nodes, each with a service and its checks. */
final class ConsulInstances {
    /** The longest answer, in bytes. */
    static final int MOST_BYTES = 16 << 20;

    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*");
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f:.]+");

    private ConsulInstances() {}

    /** The worst of the checks of an instance and its node. */
    enum Health {
        PASSING,
        WARNING,
        CRITICAL
    }

    /** One instance of the service. */
    record Instance(String host, int port, int passingWeight, int warningWeight, Health health) {
        boolean critical() {
            return health == Health.CRITICAL;
        }

        boolean warning() {
            return health == Health.WARNING;
        }

        int weight() {
            return warning() ? warningWeight : passingWeight;
        }

        /** Whether its host is a name, and not an IP address. */
        boolean named() {
            return !IPV4.matcher(host).matches() && !IPV6.matcher(host).matches();
        }

        /** Services without a port, and with what is neither name nor address, cannot be called. */
        boolean reachable() {
            return port > 0
                    && port <= 65_535
                    && (IPV6.matcher(host).matches() || NAME.matcher(host).matches());
        }
    }

    /** The parts of an instance, as they come; their order is not fixed. */
    private static final class Parts {
        private String nodeAddress = "";
        private String serviceAddress = "";
        private int port;
        private int passing = 1;
        private int warning = 1;
        private Health health = Health.PASSING;

        Instance made() {
            String host = serviceAddress.isEmpty() ? nodeAddress : serviceAddress;
            return new Instance(host, port, passing, warning, health);
        }
    }

    /** Reads to the end of the answer; fails when it is longer than {@link #MOST_BYTES}, or no such answer. */
    static List<Instance> read(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new IOException("consul answers with more than " + MOST_BYTES + " bytes");
        }
        List<Instance> instances = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(new ByteArrayInputStream(bytes))) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new IOException("consul answers with something that is no list");
            }
            while (json.nextToken() == JsonToken.START_OBJECT) {
                instances.add(instance(json));
            }
        }
        return instances;
    }

    private static Instance instance(JsonParser json) throws IOException {
        Parts parts = new Parts();
        fields(json, name -> {
            switch (name) {
                case "Node" -> node(json, parts);
                case "Service" -> service(json, parts);
                case "Checks" -> checks(json, parts);
                default -> {}
            }
        });
        return parts.made();
    }

    private static void node(JsonParser json, Parts parts) throws IOException {
        fields(json, name -> {
            if (name.equals("Address")) {
                parts.nodeAddress = json.getValueAsString("");
            }
        });
    }

    private static void service(JsonParser json, Parts parts) throws IOException {
        fields(json, name -> {
            switch (name) {
                case "Address" -> parts.serviceAddress = json.getValueAsString("");
                case "Port" -> parts.port = json.getValueAsInt(0);
                case "Weights" -> weights(json, parts);
                default -> {}
            }
        });
    }

    private static void weights(JsonParser json, Parts parts) throws IOException {
        fields(json, name -> {
            switch (name) {
                case "Passing" -> parts.passing = json.getValueAsInt(1);
                case "Warning" -> parts.warning = json.getValueAsInt(1);
                default -> {}
            }
        });
    }

    private static void checks(JsonParser json, Parts parts) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            return;
        }
        while (json.nextToken() == JsonToken.START_OBJECT) {
            fields(json, name -> {
                if (name.equals("Status")) {
                    Health one = health(json.getValueAsString(""));
                    parts.health = one.compareTo(parts.health) > 0 ? one : parts.health;
                }
            });
        }
    }

    private interface Field {
        /** The parser stands at the value. */
        void take(String name) throws IOException;
    }

    /** Reads the object that the parser stands at to its end, with whatever it holds beside; anything else has no fields. */
    private static void fields(JsonParser json, Field field) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            field.take(name);
            json.skipChildren();
        }
    }

    /** What is in maintenance, or unknown, is not to be called. */
    private static Health health(String status) {
        return switch (status) {
            case "passing" -> Health.PASSING;
            case "warning" -> Health.WARNING;
            default -> Health.CRITICAL;
        };
    }
}
