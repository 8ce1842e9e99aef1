// SPDX-License-Identifier: Apache-2.0
/**
 * Reading what was typed and printing what came of it: option values, checks, tables of 80 columns, JSON, progress.
 *
 * <p>Called by the commands only. Depends on {@code call} for the kinds, on {@code wire} for fields and on {@code http} for
 * targets.
 */
@NullMarked
package io.penstock.harness.terminal;

import org.jspecify.annotations.NullMarked;
