// SPDX-License-Identifier: Apache-2.0

/** Load that Gatling cannot make, made beside it: slow clients, real gRPC. */
@NullMarked
package io.penstock.gatling.beside;

import org.jspecify.annotations.NullMarked;
