// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

/**
 * One thing that readiness looks at.
 *
 * @param name stable, kebab-case
 * @param ok whether it holds now
 * @param required whether the gateway is unready while it does not hold; false for what is only worth saying, such as a store that
 *     is away while targets can be served
 * @param detail one sentence for a person
 */
public record Condition(String name, boolean ok, boolean required, String detail) {}
