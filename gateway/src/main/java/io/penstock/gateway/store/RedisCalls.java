// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Commands that have to be answered within milliseconds, each sent to the server that has its key. A script that the server does not know, or
 * has forgotten, is sent whole. Safe for use by any thread.
 */
final class RedisCalls {
    private static final int MAX_REDIRECTIONS = 3;

    private final String name;
    private final boolean cluster;
    private final Supplier<RedisServers> servers;

    RedisCalls(String name, boolean cluster, Supplier<RedisServers> servers) {
        this.name = name;
        this.cluster = cluster;
        this.servers = servers;
    }

    /**
     * Runs the script with this key; when the connection ends, once more, for most often it had ended long before.
     *
     * @param deadline a {@link System#nanoTime()}
     * @throws GatewayException STORE_UNAVAILABLE
     */
    Object script(RedisScript script, byte[] key, byte[][] arguments, long deadline) {
        return again(deadline, () -> evaluated(script, key, arguments, deadline));
    }

    private Object evaluated(RedisScript script, byte[] key, byte[][] arguments, long deadline) {
        try {
            return call(Command.EVALSHA, key, script.byName(key, arguments), deadline);
        } catch (UnknownScript e) {
            return call(Command.EVAL, key, script.whole(key, arguments), deadline);
        }
    }

    /** Runs the script without hearing what comes of it; a server that does not know it does nothing. */
    void tell(RedisScript script, byte[] key, byte[][] arguments) {
        try {
            servers.get()
                    .node(slot(key), 0)
                    .tell(new RedisQuestion(Command.EVALSHA, script.byName(key, arguments), false));
        } catch (GatewayException e) {
            // nobody waits for it
        }
    }

    /** Asks once more when the connection ended. */
    <T> T again(long deadline, Supplier<T> ask) {
        try {
            return ask.get();
        } catch (JedisConnectionException e) {
            if (System.nanoTime() - deadline >= 0) {
                throw unavailable(String.valueOf(e.getMessage()), e);
            }
        }
        try {
            return ask.get();
        } catch (JedisConnectionException e) {
            throw unavailable(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Sends the command to the server that has this key, and waits for what it says.
     *
     * @throws JedisConnectionException the connection ended: it is not known whether it was done
     * @throws GatewayException STORE_UNAVAILABLE
     */
    Object call(Command command, byte[] key, byte[][] arguments, long deadline) {
        int slot = slot(key);
        RedisServers known = servers.get();
        RedisNode node = known.node(slot, deadline - System.nanoTime());
        boolean asking = false;
        for (int i = 0; i <= MAX_REDIRECTIONS; i++) {
            Object said = node.decide(new RedisQuestion(command, arguments, asking), deadline);
            if (said instanceof JedisRedirectionException elsewhere) {
                asking = elsewhere instanceof JedisAskDataException;
                node = known.redirected(elsewhere.getTargetNode(), asking ? -1 : slot);
            } else if (said instanceof JedisDataException error) {
                throw refused(node, error);
            } else {
                return said;
            }
        }
        throw unavailable("more than " + MAX_REDIRECTIONS + " redirections", null);
    }

    private RuntimeException refused(RedisNode node, JedisDataException error) {
        String text = String.valueOf(error.getMessage());
        if (text.startsWith("NOSCRIPT")) {
            return new UnknownScript(text);
        }
        node.refused(text, error);
        return unavailable(text, error);
    }

    private int slot(byte[] key) {
        return cluster ? JedisClusterCRC16.getSlot(key) : 0;
    }

    GatewayException unavailable(String why, @Nullable Throwable cause) {
        return new GatewayException(Cause.STORE_UNAVAILABLE, "store " + name + ": " + why, cause);
    }

    /** The server has lost its scripts: it was restarted, flushed or replaced. */
    private static final class UnknownScript extends JedisDataException {
        private static final long serialVersionUID = 1L;

        UnknownScript(String text) {
            super(text);
        }
    }
}
