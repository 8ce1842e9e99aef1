// SPDX-License-Identifier: Apache-2.0
/**
 * Who may do what: rules over methods and paths, compiled. Filters call {@link io.penstock.gateway.auth.permission.Permissions}. Knows the floor
 * alone.
 */
@NullMarked
package io.penstock.gateway.auth.permission;

import org.jspecify.annotations.NullMarked;
