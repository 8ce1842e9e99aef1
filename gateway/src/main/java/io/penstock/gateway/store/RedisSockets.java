// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.net.BindException;
import java.net.Socket;
import java.net.SocketException;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Jedis' sockets, which end as others do: with FIN and TIME_WAIT, where Jedis would have them reset. Immutable. */
final class RedisSockets implements JedisSocketFactory {
    private final DefaultJedisSocketFactory sockets;

    RedisSockets(HostAndPort address, JedisClientConfig config) {
        this.sockets = new DefaultJedisSocketFactory(address, config);
    }

    @Override
    public Socket createSocket() {
        Socket socket = sockets.createSocket();
        try {
            socket.setSoLinger(false, 0);
        } catch (SocketException e) {
            throw new JedisConnectionException("the socket was closed", e);
        }
        return socket;
    }

    /** Whether this machine had no port or address left for the connection: EADDRNOTAVAIL. */
    static boolean noLocalPort(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof BindException) {
                return true;
            }
            for (Throwable attempt : each.getSuppressed()) { // of each address
                if (attempt instanceof BindException) {
                    return true;
                }
            }
        }
        return false;
    }
}
