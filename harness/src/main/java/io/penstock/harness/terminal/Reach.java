// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which addresses load may be sent to, and backends may listen on: loopback; and in a network namespace without a default route those of
 * 198.18.0.0/15, which RFC 2544 sets aside for measurements and nobody routes. What leaves such a namespace goes to the laboratory's hosts.
 */
public final class Reach {
    private static final Path ROUTES = Path.of("/proc/self/net/route");

    private Reach() {}

    /** Whether it may be reached from where this process is. */
    public static boolean allows(InetAddress address) {
        return address.isLoopbackAddress() || (measurement(address) && isolated(routes()));
    }

    static boolean measurement(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 && (bytes[0] & 255) == 198 && (bytes[1] & 254) == 18;
    }

    /** Whether no route leads to everywhere; also false when that cannot be known. */
    static boolean isolated(List<String> routes) {
        return !routes.isEmpty()
                && routes.stream().skip(1).noneMatch(line -> {
                    var fields = line.strip().split("\\s+", -1);
                    return fields.length < 8 || fields[7].equals("00000000");
                });
    }

    private static List<String> routes() {
        try {
            return Files.readAllLines(ROUTES);
        } catch (IOException e) {
            return List.of();
        }
    }
}
