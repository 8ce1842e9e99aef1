// SPDX-License-Identifier: Apache-2.0

/** The gateway from outside: its process, its metrics, its ledger of connections. */
@NullMarked
package io.penstock.gatling.watch;

import org.jspecify.annotations.NullMarked;
