// SPDX-License-Identifier: Apache-2.0
/** The compiled route table: finds what a request's host and path select. Knows no other room. */
@NullMarked
package io.penstock.gateway.route;

import org.jspecify.annotations.NullMarked;
