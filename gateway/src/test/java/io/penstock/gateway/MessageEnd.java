// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.IOException;
import java.util.List;

/**
 * One end of the gateway, client or upstream, moved message part by message part: in the same words whatever it speaks.
 *
 * <p>Heads that are sent alternate names and values, and begin with {@code :method} and {@code :path}, or with {@code :status}. Heads that
 * come are lines of {@code name: value}, with pseudo fields in HTTP/1.1, too; every field is there that was on the wire.
 */
interface MessageEnd {

    /** The authority of every request that is sent. */
    String AUTHORITY = "example.test";

    /** What came after a head, to the end of the message. */
    record Rest(String body, List<String> trailers) {}

    // ---- sending ----

    /** Sends a head that is the whole message, or an interim one. */
    void head(String... fields) throws IOException;

    /** Sends a head before a body: of the length that it declares, or of none. */
    void begin(String... fields) throws IOException;

    /** Sends the head of a response whose body ends with the connection, or with the stream. */
    void beginUntilClose(String... fields) throws IOException;

    /** Sends so much of the body. */
    void body(String text) throws IOException;

    /** Ends the body. */
    void end() throws IOException;

    /** Ends the body by these trailers. */
    void trailers(String... fields) throws IOException;

    /** Ends all that this end will ever send, as far as its protocol has a word for that; the message must have ended. */
    void finish() throws IOException;

    /** Breaks the connection. */
    void abort() throws IOException;

    // ---- receiving ----

    /** The next head: of a request, of an interim response or of a final one. */
    List<String> nextHead() throws IOException;

    /** The next so many bytes of the body. */
    String nextBody(int bytes) throws IOException;

    /** What is left of the message. */
    Rest rest() throws IOException;

    /** Waits until the message that has begun can come to no regular end any more; returns what still came of its body. */
    String awaitBrokenOff() throws IOException;

    /** Waits until the gateway has given the exchange up, although its message has ended. */
    void awaitAbandoned() throws IOException;
}
