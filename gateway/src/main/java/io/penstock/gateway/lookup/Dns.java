// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.hosts.HostsFileParser;

/**
 * Asks the hosts file and then name servers for the addresses of a name, or name servers for its services, with how long they hold.
 *
 * <p>The JDK's own resolver does not tell a record's life and waits as long as the system likes; this one gives up after {@link
 * #TIMEOUT}. Safe for use by any thread.
 */
public final class Dns {
    /** The longest time that a question takes. */
    public static final Duration TIMEOUT = Duration.ofSeconds(3);

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
    public record Addresses(List<InetAddress> list, long ttlSeconds) {}

    /**
     * One place where a service is to be had (RFC 2782).
     *
     * @param host without a dot at its end
     * @param priority 0 to 65 535, the lowest first
     * @param weight 0 to 65 535, its share among those of its priority
     */
    public record Service(String host, int port, int priority, int weight) {}

    /**
     * What a service name has.
     *
     * @param list empty when the servers say that there is no such service
     * @param ttlSeconds the shortest life of the records that led here, 0 when there are none
     */
    public record Services(List<Service> list, long ttlSeconds) {}

    /** The records of one type and the name that the aliases of the answer lead to. */
    private record Chain(Name last, List<Record> records, long ttlSeconds) {
        List<InetAddress> addresses() {
            List<InetAddress> list = new ArrayList<>(records.size());
            for (Record record : records) {
                switch (record) {
                    case ARecord a -> list.add(a.getAddress());
                    case AAAARecord aaaa -> list.add(aaaa.getAddress());
                    default -> {}
                }
            }
            return list;
        }
    }

    Dns(Resolver resolver, HostsFileParser hosts, List<Name> search, int ndots) {
        this.resolver = resolver;
        this.hosts = hosts;
        this.search = List.copyOf(search);
        this.ndots = ndots;
    }

    /** With the name servers, the search list and the hosts file of this machine. */
    public static Dns ofSystem() {
        ResolverConfig system = ResolverConfig.getCurrentConfig();
        return new Dns(patient(new ExtendedResolver()), new HostsFileParser(), system.searchPath(), system.ndots());
    }

    /** With these name servers, one or more, and the hosts file of this machine. */
    public static Dns of(List<InetSocketAddress> servers) {
        List<Resolver> each = new ArrayList<>();
        for (InetSocketAddress server : servers) {
            each.add(new SimpleResolver(server));
        }
        return new Dns(patient(new ExtendedResolver(each)), new HostsFileParser(), List.of(), 1);
    }

    private static Resolver patient(ExtendedResolver resolver) {
        resolver.setTimeout(TRY);
        resolver.setRetries(2);
        return resolver;
    }

    /**
     * Blocks until the addresses are known.
     *
     * @throws IOException when no server gave an answer in time
     */
    public Addresses ask(String host) throws IOException {
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

    /**
     * Blocks until the places of a service are known, such as {@code _grpc._tcp.example.com}.
     *
     * @throws IOException when no server gave an answer in time
     */
    public Services services(String service) throws IOException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        Services found = new Services(List.of(), 0);
        for (Name name : candidates(service)) {
            if (found.list().isEmpty()) {
                Chain chain = follow(send(name, Type.SRV), name, Type.SRV, deadline);
                found = new Services(services(chain), chain.ttlSeconds());
            }
        }
        return found.list().isEmpty() ? new Services(List.of(), 0) : found;
    }

    private static List<Service> services(Chain chain) {
        List<Service> list = new ArrayList<>();
        for (Record record : chain.records()) {
            // "." says that the service is not to be had (RFC 2782)
            if (record instanceof SRVRecord srv && !srv.getTarget().equals(Name.root)) {
                String host = srv.getTarget().toString(true);
                list.add(new Service(host, srv.getPort(), srv.getPriority(), srv.getWeight()));
            }
        }
        return List.copyOf(list);
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
            list.addAll(chain.addresses());
            ttl = Math.min(ttl, chain.ttlSeconds());
        } catch (IOException e) {
            failure = e;
        }
        try {
            Chain chain = follow(ipv6, name, Type.AAAA, deadline);
            list.addAll(chain.addresses());
            ttl = chain.records().isEmpty() ? ttl : Math.min(ttl, chain.ttlSeconds());
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
            if (!chain.records().isEmpty() || chain.last().equals(name)) {
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
        List<Record> list = new ArrayList<>();
        for (Record record : records) {
            if (record.getType() == type && record.getName().equals(name)) {
                list.add(record);
                ttl = Math.min(ttl, record.getTTL());
            }
        }
        return new Chain(name, list, ttl);
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
