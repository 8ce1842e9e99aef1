// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

/**
 * A change that was prepared as far as it can fail: exactly one of both is run.
 *
 * @param commit puts it in force, and cannot fail
 * @param cancel lets go what was opened for it
 */
public record Change(Runnable commit, Runnable cancel) {}
