// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.simulation;

import io.gatling.javaapi.http.HttpDsl;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;

/**
 * Where a simulation plays, and how long.
 *
 * <p>Gatling makes its simulations itself, so this comes to them by system properties.
 *
 * @param port of the gateway's first listener, on 127.0.0.1
 * @param otherPort of its second one, where the configuration has two
 * @param controlPort where controlled backends are steered
 * @param brief the short form
 * @param work a folder for files of the run
 */
public record Stage(int port, int otherPort, int controlPort, boolean brief, Path work) {

    private static final String PREFIX = "penstock.gatling.";

    static Stage read() {
        return new Stage(
                Integer.getInteger(PREFIX + "port"),
                Integer.getInteger(PREFIX + "other-port"),
                Integer.getInteger(PREFIX + "control-port"),
                Boolean.getBoolean(PREFIX + "brief"),
                Path.of(System.getProperty(PREFIX + "work")));
    }

    /** Puts it where {@link #read} finds it. */
    public void write(Properties to) {
        to.setProperty(PREFIX + "port", Integer.toString(port));
        to.setProperty(PREFIX + "other-port", Integer.toString(otherPort));
        to.setProperty(PREFIX + "control-port", Integer.toString(controlPort));
        to.setProperty(PREFIX + "brief", Boolean.toString(brief));
        to.setProperty(PREFIX + "work", work.toString());
    }

    String at(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    String atOther(String path) {
        return "http://127.0.0.1:" + otherPort + path;
    }

    /** The first in the short form, else the second. */
    public int of(int inBrief, int inFull) {
        return brief ? inBrief : inFull;
    }

    Duration seconds(double inBrief, double inFull) {
        return Duration.ofMillis(Math.round((brief ? inBrief : inFull) * 1000));
    }

    /** Without the request to a site of Gatling's that would be the first of a run, and without caching. */
    static HttpProtocolBuilder plainHttp() {
        return HttpDsl.http
                .disableWarmUp()
                .disableCaching()
                .disableFollowRedirect()
                .userAgentHeader("gatling");
    }
}
