// SPDX-License-Identifier: Apache-2.0
/** What the TIME_WAIT laboratory shows: a page with charts for people, the same as JSON for programs. Judges nothing. */
@NullMarked
package io.penstock.harness.lab.report;

import org.jspecify.annotations.NullMarked;
