// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.util.concurrent.CompletableFuture;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** One command on its way to a server and its answer on the way back. Sent and answered by one thread, waited for by another. */
final class RedisQuestion {
    private final Command command;
    private final byte[][] arguments;
    /** Whether the slot of the key is still on its way to this server. */
    private final boolean asking;
    /** What the server says, an error too; it fails when the connection ends before. */
    final CompletableFuture<Object> answer = new CompletableFuture<>();

    RedisQuestion(Command command, byte[][] arguments, boolean asking) {
        this.command = command;
        this.arguments = arguments;
        this.asking = asking;
    }

    /** Whether nobody waits for it any more. */
    boolean over() {
        return answer.isDone();
    }

    void send(Connection connection) {
        if (asking) {
            connection.sendCommand(Command.ASKING);
        }
        connection.sendCommand(command, arguments);
    }

    /** Blocks until the server has answered. */
    void read(Connection connection) {
        if (asking) {
            one(connection);
        }
        answer.complete(one(connection));
    }

    private static Object one(Connection connection) {
        try {
            Object said = connection.getOne();
            return said == null ? "" : said;
        } catch (JedisDataException e) {
            return e; // the connection goes on
        }
    }
}
