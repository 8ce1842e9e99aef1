// SPDX-License-Identifier: Apache-2.0
/**
 * The typed configuration tree: records in a room for each chapter of the file, and here what concerns the file as a whole. A
 * configuration that exists is a valid one.
 *
 * <p>{@link io.penstock.gateway.config.ConfigReader} makes a {@link io.penstock.gateway.config.GatewayConfig} from a file or throws
 * a {@link io.penstock.gateway.config.read.ConfigException} with every problem; the other rooms take the record that concerns them.
 * Knows no other room. Every key is described in {@code docs/configuration.md}, which a test holds against the records.
 */
@NullMarked
package io.penstock.gateway.config;

import org.jspecify.annotations.NullMarked;
