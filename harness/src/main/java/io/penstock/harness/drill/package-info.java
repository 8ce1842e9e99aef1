// SPDX-License-Identifier: Apache-2.0
/**
 * Drills: backends that go bad and recover on command, load at a constant rate meanwhile, and what the callers saw of it.
 *
 * <p>{@link ControlledBackend} is one backend, {@link ControlServer} steers several over HTTP, {@link AvalancheRun} puts
 * three of them through phases, {@link Timeline} cuts the run into slices and {@link TimelineChart} draws it. Depends on
 * {@code http} for the load.
 */
@NullMarked
package io.penstock.harness.drill;

import org.jspecify.annotations.NullMarked;
