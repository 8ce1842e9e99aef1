// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

/**
 * One assertion of the laboratory.
 *
 * @param claim what must come out
 * @param predicted in words and numbers
 * @param measured in words and numbers
 */
public record Finding(String subject, String stage, String claim, String predicted, String measured, boolean holds) {}
