// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.command;

import io.penstock.gateway.auth.CredentialFiles;
import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.Places;
import io.penstock.gateway.config.store.StoreConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.listener.ServerTls;
import io.penstock.gateway.store.EmbeddedStore;
import io.penstock.gateway.store.RedisStore;
import io.penstock.gateway.telemetry.AccessLog;
import io.penstock.gateway.upstream.dial.ClientTls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** The files that a configuration names, read as a start reads them: certificates, keys, authorities, entries. None is made or changed. */
final class NamedFiles {
    private final List<String> problems = new ArrayList<>();

    private final Places places;

    private NamedFiles(Places places) {
        this.places = places;
    }

    /**
     * Reads a configuration and looks at the files that it names; blocks for the file system only.
     *
     * @throws ConfigException with every problem of the configuration
     * @throws IOException with one line for every file that cannot be used
     */
    static GatewayConfig read(Path file) throws IOException {
        return readPlaced(file).config();
    }

    /** Does the same, and tells what the file says about each entry. */
    static ConfigReader.Placed readPlaced(Path file) throws IOException {
        ConfigReader.Placed read = ConfigReader.readPlaced(file);
        NamedFiles files = new NamedFiles(read.places());
        files.read(read.config());
        if (!files.problems.isEmpty()) {
            throw new IOException(String.join("\n", files.problems));
        }
        return read;
    }

    private void read(GatewayConfig config) {
        for (int i = 0; i < config.listeners().size(); i++) {
            ListenerConfig listener = config.listeners().get(i);
            BiConsumer<String, String> wrong = at("listeners[" + i + "].tls.");
            listener.tls().ifPresent(tls -> ServerTls.check(tls, wrong));
        }
        for (int i = 0; i < config.lookups().size(); i++) {
            LookupConfig lookup = config.lookups().get(i);
            upstream(lookup.upstream(), "lookups[" + i + "]");
        }
        for (int i = 0; i < config.clusters().size(); i++) {
            ClusterConfig cluster = config.clusters().get(i);
            upstream(cluster.upstream(), "clusters[" + i + "]");
        }
        for (int i = 0; i < config.stores().size(); i++) {
            store(config.stores().get(i), at("stores[" + i + "]."));
        }
        for (int i = 0; i < config.filters().size(); i++) {
            CredentialFiles.check(config.filters().get(i).policy(), at("filters[" + i + "]."));
        }
        AccessLog.check(config.accessLog(), at("access-log."));
    }

    private void upstream(UpstreamConfig config, String of) {
        config.tls().ifPresent(tls -> ClientTls.check(tls, at(of + ".upstream.tls.")));
    }

    private static void store(StoreConfig config, BiConsumer<String, String> wrong) {
        if (config.redis().isPresent()) {
            try {
                new RedisStore(config.name(), config.redis().get()).check(wrong);
            } catch (IllegalArgumentException e) {
                wrong.accept("redis.url", String.valueOf(e.getMessage()));
            }
        } else {
            new EmbeddedStore(config.name(), config.embedded()).check(wrong);
        }
    }

    private BiConsumer<String, String> at(String path) {
        return (key, what) -> problems.add(path + key + ": " + what + " (" + places.of(path + key) + ")");
    }
}
