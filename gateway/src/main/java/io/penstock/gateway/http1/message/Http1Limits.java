// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

/**
 * How large the parts of a message may be that are read whole, and what is made of a target in absolute form; bodies have no limit here.
 *
 * @param headBytes a head with its start line and every line end
 * @param fields fields of a head or of trailers
 * @param lineBytes one line of a head, without its end
 * @param chunkLineBytes a chunk size with its extensions
 * @param trailerBytes the trailers,  with every line end
 * @param preferTarget whether the authority of an absolute-form target goes before another {@code Host}, and is not malformed
 */
public record Http1Limits(
        int headBytes, int fields, int lineBytes, int chunkLineBytes, int trailerBytes, boolean preferTarget) {}
