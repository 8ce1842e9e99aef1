// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

/** Where a route sends its requests: {@code cluster: NAME} or {@code lookup: NAME}. */
public sealed interface TargetConfig {
    /** What is named. */
    String name();

    /** The endpoints of the cluster of this name. */
    record ClusterTarget(String name) implements TargetConfig {}

    /** What the lookup of this name finds. */
    record LookupTarget(String name) implements TargetConfig {}
}
