// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.hosts.HostsFileParser;

/**
 * Asks the hosts file and then the name servers of this machine for the addresses of a name, with how long they hold.
 *
 * <p>The JDK's own resolver does not tell a record's life and waits as long as the system likes; this one gives up after {@link
 * #TIMEOUT}. Safe for use by any thread.
 */
final class Dns {
    /** The longest time that {@link #ask} takes. */
    static final Duration TIMEOUT = Duration.ofSeconds(3);

    private static final Duration TRY = Duration.ofSeconds(1);
    private static final int MAX_ALIASES = 8;
    /** How long an entry of the hosts file is trusted before the file is looked at again. */
    private static final long HOSTS_SECONDS = 5;

    private final Resolver resolver;
    private final HostsFileParser hosts;
    private final List<Name> search;
    private final int ndots;

    /**
     * What a name has.
     *
     * @param list IPv4 first; empty when the servers say that the name has no address
     * @param ttlSeconds the shortest life of the records that led here
     */
    record Addresses(List<InetAddress> list, long ttlSeconds) {}

    /** The records of one type and the name that the aliases of the answer lead to. */
    private record Chain(Name last, List<InetAddress> list, long ttlSeconds) {}

    Dns(Resolver resolver, HostsFileParser hosts, List<Name> search, int ndots) {
        this.resolver = resolver;
        this.hosts = hosts;
        this.search = List.copyOf(search);
        this.ndots = ndots;
    }

    /** With the name servers, the search list and the hosts file of this machine. */
    static Dns ofSystem() {
        ResolverConfig system = ResolverConfig.getCurrentConfig();
        ExtendedResolver resolver = new ExtendedResolver();
        resolver.setTimeout(TRY);
        resolver.setRetries(2);
        return new Dns(resolver, new HostsFileParser(), system.searchPath(), system.ndots());
    }

    /**
     * Blocks until the addresses are known.
     *
     * @throws IOException when no server gave an answer in time
     */
    Addresses ask(String host) throws IOException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        List<Name> candidates = candidates(host);
        for (Name name : candidates) {
            Addresses known = fromHosts(name);
            if (!known.list().isEmpty()) {
                return known;
            }
        }
        for (Name name : candidates) {
            Addresses known = fromServers(name, deadline);
            if (!known.list().isEmpty()) {
                return known;
            }
        }
        return new Addresses(List.of(), 0);
    }

    private List<Name> candidates(String host) throws IOException {
        List<Name> names = new ArrayList<>();
        try {
            Name relative = Name.fromString(host);
            if (relative.isAbsolute()) {
                return List.of(relative);
            }
            for (Name suffix : search) {
                names.add(Name.concatenate(relative, suffix));
            }
            names.add(relative.labels() > ndots ? 0 : names.size(), Name.concatenate(relative, Name.root));
            return names;
        } catch (TextParseException | NameTooLongException e) {
            throw new IOException(host + " is no DNS name", e);
        }
    }

    private Addresses fromHosts(Name name) throws IOException {
        List<InetAddress> list = new ArrayList<>(2);
        for (int type : new int[] {Type.A, Type.AAAA}) {
            hosts.getAddressForHost(name, type).ifPresent(list::add);
        }
        if (list.isEmpty() && name.equals(Name.fromConstantString("localhost."))) {
            // RFC 6761 §6.3: never asks a server
            list.add(InetAddress.getLoopbackAddress());
        }
        return new Addresses(list, HOSTS_SECONDS);
    }

    private Addresses fromServers(Name name, long deadline) throws IOException {
        var ipv4 = send(name, Type.A);
        var ipv6 = send(name, Type.AAAA);
        IOException failure = null;
        List<InetAddress> list = new ArrayList<>();
        long ttl = Long.MAX_VALUE;
        try {
            Chain chain = follow(ipv4, name, Type.A, deadline);
            list.addAll(chain.list());
            ttl = Math.min(ttl, chain.ttlSeconds());
        } catch (IOException e) {
            failure = e;
        }
        try {
            Chain chain = follow(ipv6, name, Type.AAAA, deadline);
            list.addAll(chain.list());
            ttl = chain.list().isEmpty() ? ttl : Math.min(ttl, chain.ttlSeconds());
        } catch (IOException e) {
            failure = e;
        }
        if (list.isEmpty() && failure != null) {
            throw failure;
        }
        return new Addresses(List.copyOf(list), ttl);
    }

    private Chain follow(CompletionStage<Message> first, Name asked, int type, long deadline) throws IOException {
        CompletionStage<Message> query = first;
        Name name = asked;
        long ttl = Long.MAX_VALUE;
        for (int i = 0; i < MAX_ALIASES; i++) {
            Chain chain = read(await(query, deadline, name), name, type, ttl);
            if (!chain.list().isEmpty() || chain.last().equals(name)) {
                return chain;
            }
            name = chain.last();
            ttl = chain.ttlSeconds();
            query = send(name, type);
        }
        throw new IOException(asked + " has more than " + MAX_ALIASES + " aliases in a row");
    }

    private static Chain read(Message answer, Name asked, int type, long ttlSoFar) throws IOException {
        if (answer.getRcode() == Rcode.NXDOMAIN) {
            return new Chain(asked, List.of(), ttlSoFar);
        }
        if (answer.getRcode() != Rcode.NOERROR) {
            throw new IOException("name server answers " + Rcode.string(answer.getRcode()) + " for " + asked);
        }
        List<Record> records = answer.getSection(Section.ANSWER);
        Name name = asked;
        long ttl = ttlSoFar;
        for (int i = 0; i < MAX_ALIASES; i++) {
            Name owner = name;
            Optional<CNAMERecord> alias = records.stream()
                    .filter(record -> record.getName().equals(owner))
                    .flatMap(record -> record instanceof CNAMERecord cname
                            ? Optional.of(cname).stream()
                            : Optional.<CNAMERecord>empty().stream())
                    .findFirst();
            if (alias.isEmpty()) {
                break;
            }
            ttl = Math.min(ttl, alias.get().getTTL());
            name = alias.get().getTarget();
        }
        List<InetAddress> list = new ArrayList<>();
        for (Record record : records) {
            InetAddress address = address(record, type);
            if (address != null && record.getName().equals(name)) {
                list.add(address);
                ttl = Math.min(ttl, record.getTTL());
            }
        }
        return new Chain(name, list, ttl);
    }

    private static @Nullable InetAddress address(Record record, int type) {
        return switch (record) {
            case ARecord a when type == Type.A -> a.getAddress();
            case AAAARecord aaaa when type == Type.AAAA -> aaaa.getAddress();
            default -> null;
        };
    }

    private CompletionStage<Message> send(Name name, int type) {
        return resolver.sendAsync(Message.newQuery(Record.newRecord(name, type, DClass.IN)));
    }

    private static Message await(CompletionStage<Message> query, long deadline, Name name) throws IOException {
        try {
            return query.toCompletableFuture().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException("no answer for " + name + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException("no answer for " + name + " within " + TIMEOUT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking for " + name, e);
        }
    }
}
