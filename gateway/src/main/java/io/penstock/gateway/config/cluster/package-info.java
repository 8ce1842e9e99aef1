// SPDX-License-Identifier: Apache-2.0
/** The chapter {@code clusters}: endpoints, how one is picked, and what is done when one fails. */
@NullMarked
package io.penstock.gateway.config.cluster;

import org.jspecify.annotations.NullMarked;
