// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

/** What sees, and may change, the response head of an exchange before its downstream does. */
@FunctionalInterface
public interface ResponseHook {
    /** Called for each response head, interim ones too. Must not block. */
    void head(Exchange exchange, Head response);
}
