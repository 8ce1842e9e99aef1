// SPDX-License-Identifier: Apache-2.0
/**
 * Backends that behave, backends that misbehave, and load; speaks only the wire and never imports the gateway.
 *
 * <p>The commands live here. For tests elsewhere: {@code backend.Backends} and {@code hostile.HostileBackend} start and
 * close listeners, {@code call.Caller} makes calls, {@code wire.FrameConnection} sees every frame.
 */
@NullMarked
package io.penstock.harness;

import org.jspecify.annotations.NullMarked;
