// SPDX-License-Identifier: Apache-2.0
/**
 * The TIME_WAIT laboratory's judge: reads what {@code scripts/lab} noted, puts predictions beside it, and draws the report. Starts and sends
 * nothing.
 */
@NullMarked
package io.penstock.harness.lab;

import org.jspecify.annotations.NullMarked;
