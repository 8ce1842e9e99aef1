// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** A name server on a loopback UDP port that answers from a few lines of zone file, refuses or stays silent. */
public final class NameServer implements AutoCloseable {
    private final DatagramSocket socket;
    private final AtomicInteger questions = new AtomicInteger();
    private volatile List<Record> zone = List.of();
    private volatile int rcode = Rcode.NOERROR;
    private volatile boolean silent;
    private volatile Name failing = Name.root;

    public NameServer() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    /** Asks this server and gives up after 300 ms. */
    Resolver resolver() {
        SimpleResolver resolver =
                new SimpleResolver(new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort()));
        resolver.setTimeout(Duration.ofMillis(300));
        return resolver;
    }

    /** Answers from these lines from now on: {@code a.test. 5 IN A 10.0.0.1}. */
    public void zone(String... lines) {
        zoneKept(lines);
        rcode = Rcode.NOERROR;
        silent = false;
        failing = Name.root;
    }

    /** The same, and goes on to fail where it does. */
    public void zoneKept(String... lines) {
        try (Master master = new Master(new java.io.ByteArrayInputStream(
                String.join("\n", lines).getBytes(java.nio.charset.StandardCharsets.US_ASCII)))) {
            List<Record> records = new java.util.ArrayList<>();
            for (Record record = master.nextRecord(); record != null; record = master.nextRecord()) {
                records.add(record);
            }
            zone = List.copyOf(records);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void fail() {
        rcode = Rcode.SERVFAIL;
    }

    /** Fails for this name alone, until the next zone. */
    public void failFor(String name) {
        failing = Name.fromConstantString(name);
    }

    public void beSilent() {
        silent = true;
    }

    /** Questions for IPv4 addresses and services so far. */
    public int questions() {
        return questions.get();
    }

    @Override
    public void close() {
        socket.close();
    }

    private void serve() {
        byte[] buffer = new byte[1500];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                Message query = new Message(Arrays.copyOf(buffer, packet.getLength()));
                int type = query.getQuestion().getType();
                if (type == Type.A || type == Type.SRV) {
                    questions.incrementAndGet();
                }
                if (!silent) {
                    byte[] answer = answer(query).toWire();
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private Message answer(Message query) {
        Record question = query.getQuestion();
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setRcode(question.getName().equals(failing) ? Rcode.SERVFAIL : rcode);
        answer.addRecord(Record.newRecord(question.getName(), question.getType(), DClass.IN), Section.QUESTION);
        if (answer.getRcode() != Rcode.NOERROR) {
            return answer;
        }
        List<Record> named = named(question.getName());
        if (named.isEmpty()) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        named.stream()
                .filter(record -> record.getType() == question.getType() || record.getType() == Type.CNAME)
                .forEach(record -> answer.addRecord(record, Section.ANSWER));
        return answer;
    }

    private List<Record> named(Name name) {
        return zone.stream().filter(record -> record.getName().equals(name)).toList();
    }
}
