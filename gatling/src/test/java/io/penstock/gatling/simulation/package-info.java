// SPDX-License-Identifier: Apache-2.0

/** What Gatling does, one class for each simulation; parameters come from {@code Stage}. */
@NullMarked
package io.penstock.gatling.simulation;

import org.jspecify.annotations.NullMarked;
