// SPDX-License-Identifier: Apache-2.0
/**
 * Load: many calls in open or closed loop, measured, and a soak of many streams whose every byte is checked.
 *
 * <p>Called by the commands and the tests: {@code LoadRun} with a {@code LoadPlan}, {@code SoakRun} with a {@code
 * SoakPlan}. Depends on {@code call} for kinds and channels.
 */
@NullMarked
package io.penstock.harness.load;

import org.jspecify.annotations.NullMarked;
