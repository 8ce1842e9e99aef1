// SPDX-License-Identifier: Apache-2.0
/** Where a cluster's endpoints come from when the file does not list them. A part of the chapter {@code clusters}. */
@NullMarked
package io.penstock.gateway.config.discovery;

import org.jspecify.annotations.NullMarked;
