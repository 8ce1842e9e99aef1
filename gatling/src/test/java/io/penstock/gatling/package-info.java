// SPDX-License-Identifier: Apache-2.0

/** Runs simulations of Gatling against a gateway, and compares what both have counted. */
@NullMarked
package io.penstock.gatling;

import org.jspecify.annotations.NullMarked;
