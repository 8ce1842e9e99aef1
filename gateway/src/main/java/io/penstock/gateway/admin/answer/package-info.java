// SPDX-License-Identifier: Apache-2.0
/** What requests of the admin listener are and what they get: questions, answers and refusals as values. Knows no other part of the room. */
@NullMarked
package io.penstock.gateway.admin.answer;

import org.jspecify.annotations.NullMarked;
