// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.dynamic;

/**
 * Who wants a change.
 *
 * @param who the name of a token, the subject of a certificate, or {@code local}
 * @param from the address of the caller; empty where there was none
 */
public record Author(String who, String from) {}
