// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.config.store.RedisConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.store.ConnectionCounts.Ending;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.PooledObjectFactory;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The connections over which one Redis server is asked: a bounded Jedis pool, most recently used first, with every opening and
 * closing counted. Safe for use by any thread.
 */
final class RedisPool implements AutoCloseable {
    private final ConnectionTally tally;
    private final ConcurrentHashMap<Connection, Ending> endings = new ConcurrentHashMap<>();
    private final ConnectionPool pool;
    private final Duration maxWait;
    private final Duration idleTimeout;
    private final boolean once;
    private final Semaphore places;
    private final Counted counted;

    RedisPool(HostAndPort address, RedisConfig config, JedisClientConfig dialing, ConnectionTally tally) {
        this.tally = tally;
        this.maxWait = Duration.ofMillis(dialing.getSocketTimeoutMillis());
        this.idleTimeout = config.idleTimeout();
        this.once = config.reuse() == UpstreamConfig.Reuse.NEVER;
        this.places = new Semaphore(config.maxConnections());
        this.counted = new Counted(new ConnectionFactory(new RedisSockets(address, dialing), dialing));
        ConnectionPoolConfig limits = new ConnectionPoolConfig();
        limits.setMaxTotal(config.maxConnections());
        limits.setMaxIdle(config.maxConnections());
        limits.setMinIdle(0);
        limits.setMaxWait(maxWait);
        limits.setTestWhileIdle(false);
        limits.setMinEvictableIdleDuration(idleTimeout);
        limits.setTimeBetweenEvictionRuns(idleTimeout.dividedBy(2));
        limits.setJmxEnabled(false);
        this.pool = new ConnectionPool(counted, limits);
    }

    /**
     * Takes a connection; blocks up to the read timeout for one that is free, or up to the connect and read timeouts for a new one.
     *
     * @throws JedisException when there is none
     */
    Connection take() {
        try {
            Connection connection = once ? opened() : pool.borrowObject(maxWait);
            tally.taken.increment();
            return connection;
        } catch (JedisException e) {
            throw e;
        } catch (NoSuchElementException e) {
            throw new JedisException("every connection is in use", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JedisException("interrupted", e);
        } catch (Exception e) {
            throw new JedisConnectionException("no connection", e);
        }
    }

    /** A new one, which is no business of the pool: that opens others in place of those that it is told to close. */
    private Connection opened() throws Exception {
        if (!places.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new NoSuchElementException("no connection was closed in time");
        }
        try {
            return counted.makeObject().getObject();
        } catch (Exception e) {
            places.release();
            throw e;
        }
    }

    void giveBack(Connection connection) {
        if (once) {
            discard(connection, Ending.NOT_REUSED);
        } else {
            pool.returnObject(connection);
        }
    }

    /** Closes a taken connection instead of giving it back. */
    void discard(Connection connection, Ending why) {
        endings.put(connection, why);
        try {
            if (once) {
                places.release();
                counted.destroyObject(new DefaultPooledObject<>(connection));
            } else {
                pool.invalidateObject(connection);
            }
        } catch (JedisConnectionException e) {
            // it is closed; the pool could not open another one for somebody who waits, who will be told
        } catch (Exception e) {
            throw new JedisException("cannot discard a connection", e);
        }
    }

    /** Closes the connections that nobody uses now. */
    void clear() {
        pool.clear();
    }

    @Override
    public void close() {
        pool.close();
    }

    private final class Counted implements PooledObjectFactory<Connection> {
        private final ConnectionFactory factory;

        Counted(ConnectionFactory factory) {
            this.factory = factory;
        }

        @Override
        public PooledObject<Connection> makeObject() throws Exception {
            try {
                PooledObject<Connection> made = factory.makeObject();
                tally.opened.increment();
                return made;
            } catch (JedisException e) {
                tally.failed.increment();
                throw e;
            }
        }

        @Override
        public void destroyObject(PooledObject<Connection> pooled) throws Exception {
            Ending why = endings.remove(pooled.getObject());
            boolean idle = pooled.getIdleDuration().compareTo(idleTimeout) >= 0;
            tally.closed(why != null ? why : pool.isClosed() ? Ending.SHUT_DOWN : idle ? Ending.IDLE : Ending.REPLACED);
            factory.destroyObject(pooled);
        }

        @Override
        public boolean validateObject(PooledObject<Connection> pooled) {
            return factory.validateObject(pooled);
        }

        @Override
        public void activateObject(PooledObject<Connection> pooled) throws Exception {
            factory.activateObject(pooled);
        }

        @Override
        public void passivateObject(PooledObject<Connection> pooled) throws Exception {
            factory.passivateObject(pooled);
        }
    }
}
