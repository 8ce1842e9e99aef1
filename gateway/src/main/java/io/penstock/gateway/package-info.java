// SPDX-License-Identifier: Apache-2.0
/** The gateway: where its command line begins, the place that builds the rooms, and the pipeline that an exchange passes. */
@NullMarked
package io.penstock.gateway;

import org.jspecify.annotations.NullMarked;
