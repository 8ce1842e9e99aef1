// SPDX-License-Identifier: Apache-2.0
/**
 * Documents that change together, one revision after the other: what they are, how they are written down, and the file that keeps them on this
 * machine. Used by what changes the configuration at run time; uses nothing of other rooms.
 */
@NullMarked
package io.penstock.gateway.store.document;

import org.jspecify.annotations.NullMarked;
