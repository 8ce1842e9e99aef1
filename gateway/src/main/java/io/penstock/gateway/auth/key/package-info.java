// SPDX-License-Identifier: Apache-2.0
/** Keys and passwords whose owners are listed in a file or a store, of which only hashes are kept. */
@NullMarked
package io.penstock.gateway.auth.key;

import org.jspecify.annotations.NullMarked;
