// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.listener;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.Optional;

/**
 * What one HTTP/1.1 connection may ask of us.
 *
 * @param maxHeadBytes 1 KiB to 1 MiB, default 16 KiB; one request head with its line ends
 * @param maxFields 1 to 10 000, default 128; fields of a head, and of trailers
 * @param maxLineBytes 256 B to 1 MiB, default 8 KiB; one line of a head
 * @param maxChunkLineBytes 16 B to 64 KiB, default 256 B; the size of a chunk with its extensions
 * @param maxTrailerBytes 64 B to 1 MiB, default 4 KiB; the trailers of a request
 * @param minBodyRate 1 B to 1 GiB; fewer bytes of a request body per second that we wait for it, over 5 s and more, are a timeout; absent
 *     means no such limit
 * @param maxRequests 1 to 1 000 000 000; the connection is closed after so many; absent means no limit
 * @param maxDrainBytes 0 B to 64 MiB, default 256 KiB; what is read of a request body that nobody wants, to keep the connection; a longer
 *     one closes it
 * @param absoluteForm {@code refuse} or {@code prefer-target}, default {@code refuse}; what a request is whose target names another authority
 *     than its {@code Host}
 * @param halfClose default false; whether a client that has ended its side still waits for its response; otherwise it counts as gone
 */
public record Http1Config(
        int maxHeadBytes,
        int maxFields,
        int maxLineBytes,
        int maxChunkLineBytes,
        int maxTrailerBytes,
        Optional<Integer> minBodyRate,
        Optional<Integer> maxRequests,
        int maxDrainBytes,
        AbsoluteForm absoluteForm,
        boolean halfClose) {

    /** Which of two authorities counts. */
    public enum AbsoluteForm {
        /** Neither: whoever is behind us could choose the other. */
        REFUSE,
        /** That of the request target (RFC 9112 §3.2.2). */
        PREFER_TARGET
    }

    public Http1Config {
        Check check = new Check()
                .size("max-head-bytes", maxHeadBytes, 1024, 1024 * 1024)
                .range("max-fields", maxFields, 1, 10_000)
                .size("max-line-bytes", maxLineBytes, 256, 1024 * 1024)
                .size("max-chunk-line-bytes", maxChunkLineBytes, 16, 64 * 1024)
                .size("max-trailer-bytes", maxTrailerBytes, 64, 1024 * 1024)
                .size("max-drain-bytes", maxDrainBytes, 0, 64 * 1024 * 1024);
        minBodyRate.ifPresent(rate -> check.size("min-body-rate", rate, 1, 1024 * 1024 * 1024));
        maxRequests.ifPresent(most -> check.range("max-requests", most, 1, 1_000_000_000));
        check.done();
    }

    static Http1Config from(ConfigNode node) {
        return new Http1Config(
                node.size("max-head-bytes", 16 * 1024),
                node.integer("max-fields", 128),
                node.size("max-line-bytes", 8 * 1024),
                node.size("max-chunk-line-bytes", 256),
                node.size("max-trailer-bytes", 4 * 1024),
                node.optionalSize("min-body-rate"),
                node.optionalInteger("max-requests"),
                node.size("max-drain-bytes", 256 * 1024),
                node.choice("absolute-form", AbsoluteForm.REFUSE),
                node.flag("half-close", false));
    }
}
