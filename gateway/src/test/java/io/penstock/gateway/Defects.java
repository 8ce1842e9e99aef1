// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the whole gateway has logged as an error since this was made: nothing that a peer does may be one. */
final class Defects extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("io.penstock.gateway");
    private final List<String> found = new CopyOnWriteArrayList<>();

    Defects() {
        logger.addHandler(this);
    }

    List<String> found() {
        return found;
    }

    @Override
    public void publish(LogRecord entry) {
        if (entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
            found.add(entry.getMessage() + " " + entry.getThrown());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
