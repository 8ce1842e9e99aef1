// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

/**
 * A final answer, read to its end.
 *
 * @param bodyBytes without chunk sizes and trailers
 * @param reusable whether another request may follow on the connection
 * @param backend the field {@code x-backend}, or empty
 */
public record HttpAnswer(int status, long bodyBytes, boolean reusable, String backend) {}
