// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a store has under a key, understood and checked. Shared by all keys with the same value. */
sealed interface Answer {

    /** The value, empty when there is none. */
    String text();

    /**
     * The target as far as it is known without waiting, or null when {@link #resolve} has to wait for a name server.
     *
     * @throws GatewayException when there is no usable target
     */
    @Nullable
    Target ready();

    /**
     * The target; blocks up to {@link Dns#TIMEOUT} when its name has to be resolved.
     *
     * @throws GatewayException when there is no usable target
     */
    Target resolve();

    /** Where the value leads, allowed or not, as far as that is known without waiting; for people. */
    List<InetSocketAddress> addresses();

    /** The store has no such key. */
    record Absent() implements Answer {
        @Override
        public String text() {
            return "";
        }

        @Override
        public Target ready() {
            throw new GatewayException(Cause.KEY_UNKNOWN, "the store has no such key");
        }

        @Override
        public Target resolve() {
            return ready();
        }

        @Override
        public List<InetSocketAddress> addresses() {
            return List.of();
        }
    }

    /** The value is no target, or none that is allowed. */
    record Refused(String text, List<InetSocketAddress> addresses, Cause cause, String detail) implements Answer {
        @Override
        public Target ready() {
            throw new GatewayException(cause, detail);
        }

        @Override
        public Target resolve() {
            return ready();
        }
    }

    /** The value is an allowed address. */
    record Literal(Target target) implements Answer {
        @Override
        public String text() {
            return target.text();
        }

        @Override
        public Target ready() {
            return target;
        }

        @Override
        public Target resolve() {
            return target;
        }

        @Override
        public List<InetSocketAddress> addresses() {
            return List.of(target.address());
        }
    }

    /**
     * The value has a DNS name. All its addresses are checked and the first allowed one is taken, and kept for as long as the name
     * has it: servers rotate their answers, and the connections to it are worth more than the order.
     */
    final class Named implements Answer {
        private record Choice(
                List<InetAddress> from, @Nullable Target target, String refusal) {}

        private final String text;
        private final int port;
        private final CachedName name;
        private final AllowList allow;
        private volatile Choice choice = new Choice(List.of(), null, "");

        Named(String text, int port, CachedName name, AllowList allow) {
            this.text = text;
            this.port = port;
            this.name = name;
            this.allow = allow;
        }

        @Override
        public String text() {
            return text;
        }

        @Override
        public @Nullable Target ready() {
            List<InetAddress> list = name.ready();
            return list == null ? null : choose(list);
        }

        @Override
        public Target resolve() {
            return choose(name.resolve());
        }

        @Override
        public List<InetSocketAddress> addresses() {
            return choice.from().stream()
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
        }

        private Target choose(List<InetAddress> list) {
            Choice current = choice;
            if (current.from() != list) {
                current = choose(list, current.target());
                choice = current;
            }
            if (current.target() == null) {
                throw new GatewayException(Cause.TARGET_NOT_ALLOWED, text + ": " + current.refusal());
            }
            return current.target();
        }

        private Choice choose(List<InetAddress> list, @Nullable Target before) {
            Target first = null;
            String refusal = "";
            for (InetAddress address : list) {
                String why = allow.refusal(address, port);
                if (why != null) {
                    refusal = why;
                } else if (before != null && before.address().getAddress().equals(address)) {
                    return new Choice(list, before, "");
                } else if (first == null) {
                    first = new Target(text, new InetSocketAddress(address, port));
                }
            }
            return new Choice(list, first, refusal);
        }
    }
}
