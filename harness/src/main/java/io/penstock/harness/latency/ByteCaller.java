// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.io.Closeable;
import java.io.IOException;

/** A client that sends or receives a body byte by byte, one exchange at a time on one connection. */
interface ByteCaller extends Closeable {

    /** Sends a byte of a request body: with the head of a POST before it when {@code first}. */
    void send(boolean first) throws IOException;

    /** Ends the body and waits for the whole answer. */
    void endSending() throws IOException;

    /** Sends a GET. */
    void ask() throws IOException;

    /** Waits for a byte of its answer: with the head before it when {@code first}. */
    void receive(boolean first) throws IOException;

    /** Waits for the end of its answer. */
    void endReceiving() throws IOException;
}
