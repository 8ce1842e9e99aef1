// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import java.util.List;

/** What the callers saw, one line for each kind of them. */
public record DrainReport(List<Line> lines) {

    public DrainReport {
        lines = List.copyOf(lines);
    }

    /**
     * What callers of one kind saw.
     *
     * @param requests that were answered, or failed; for WebSocket, messages
     * @param draining those of them that ended after the gateway was told to end
     * @param failed those of them without the answer that was due
     * @param connections that were opened
     * @param turnedAway those of them that were reset before a byte of the first answer, after the gateway was told to end: a kernel does
     *     so with what it has queued for a listener that closes, and the client sees no more than that it was refused
     * @param problem the first failure in words, or empty
     */
    public record Line(
            String kind,
            long requests,
            long draining,
            long failed,
            long connections,
            long turnedAway,
            String problem) {}

    /** Failures of all kinds. */
    public long failed() {
        return lines.stream().mapToLong(Line::failed).sum();
    }

    /** Connections of all kinds. */
    public long connections() {
        return lines.stream().mapToLong(Line::connections).sum();
    }

    /** Connections of all kinds that were turned away. */
    public long turnedAway() {
        return lines.stream().mapToLong(Line::turnedAway).sum();
    }

    /** Requests of all kinds. */
    public long requests() {
        return lines.stream().mapToLong(Line::requests).sum();
    }

    /** The first failures in words, one for each kind that has any. */
    public List<String> problems() {
        return lines.stream()
                .filter(line -> !line.problem().isEmpty())
                .map(line -> line.kind() + ": " + line.problem())
                .toList();
    }
}
