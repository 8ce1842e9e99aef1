// SPDX-License-Identifier: Apache-2.0
/**
 * Changes of a running gateway's configuration: how soon each node serves them, and what callers notice of them.
 *
 * <p>Called by the command: {@code ChangesRun} with a {@code ChangesPlan}. Whoever writes, asks and loads is in this process, so that one clock
 * reads all times. Depends on {@code http} alone.
 */
@NullMarked
package io.penstock.harness.changes;

import org.jspecify.annotations.NullMarked;
