// SPDX-License-Identifier: Apache-2.0

/** Gatling's report: what it counted, and what is added to its page. */
@NullMarked
package io.penstock.gatling.report;

import org.jspecify.annotations.NullMarked;
