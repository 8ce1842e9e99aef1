// SPDX-License-Identifier: Apache-2.0
/**
 * Watches: counts what ended, keeps the access log, and writes Prometheus text. Reads finished exchanges and asks other rooms only
 * through suppliers that {@code Gateway} hands over; depends on {@code exchange} and {@code config}, and {@link
 * io.penstock.gateway.telemetry.Instruments} alone on the rooms whose numbers it shows. From outside: that, {@link
 * io.penstock.gateway.telemetry.Metrics} and {@link io.penstock.gateway.telemetry.AccessLog}.
 */
@NullMarked
package io.penstock.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
