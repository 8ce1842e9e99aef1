// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code HOST:PORT} and refuses what is beyond our {@link Reach}: load is for one's own gateway only. */
public final class HostAndPort implements ITypeConverter<InetSocketAddress> {

    @Override
    public InetSocketAddress convert(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new TypeConversionException("found " + text + ", expected HOST:PORT");
        }
        var host = text.substring(0, colon).replaceAll("^\\[|]$", "");
        int port = port(text.substring(colon + 1));
        for (var address : resolve(host)) {
            if (Reach.allows(address)) {
                return new InetSocketAddress(address, port);
            }
        }
        throw new TypeConversionException("found " + text + ", expected a loopback address such as 127.0.0.1:8091"
                + " (or one of 198.18.0.0/15 in a network namespace without default route)");
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // refused below, as a number out of range is
        }
        throw new TypeConversionException("found port " + text + ", expected 1 to 65535");
    }

    private static InetAddress[] resolve(String host) {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new TypeConversionException("host " + host + " is unknown");
        }
    }
}
