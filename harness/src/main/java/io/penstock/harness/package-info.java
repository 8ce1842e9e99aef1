// SPDX-License-Identifier: Apache-2.0
/** Backends that behave, backends that misbehave, and load; speaks only the wire and never imports the gateway. */
@NullMarked
package io.penstock.harness;

import org.jspecify.annotations.NullMarked;
