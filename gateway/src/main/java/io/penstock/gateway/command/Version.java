// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.command;

import picocli.CommandLine;

/** The version in the jar's manifest. */
public final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "penstock-gateway " + (version == null ? "(built from classes)" : version) + ", Java " + Runtime.version()
        };
    }
}
