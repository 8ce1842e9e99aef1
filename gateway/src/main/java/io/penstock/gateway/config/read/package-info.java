// SPDX-License-Identifier: Apache-2.0
/**
 * The machinery that reads a file into records: YAML, the environment, units, the checks of the compact constructors and the
 * problems that they find.
 *
 * <p>The chapters use {@link io.penstock.gateway.config.read.ConfigNode} and {@link io.penstock.gateway.config.read.Check}; rooms
 * outside of {@code config} only what a record is made of and {@link io.penstock.gateway.config.read.ConfigException}. Knows no
 * chapter; YAML and the environment are known nowhere else.
 */
@NullMarked
package io.penstock.gateway.config.read;

import org.jspecify.annotations.NullMarked;
