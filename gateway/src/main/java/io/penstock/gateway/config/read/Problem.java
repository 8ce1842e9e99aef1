// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.io.Serializable;

/**
 * One thing that is wrong with a configuration.
 *
 * <p>Texts never hold a value that came from the environment, nor the password of a URL.
 *
 * @param path where in the tree, {@code clusters[1].connect-timeout}; the file's name for what concerns the whole file
 * @param found what is there; empty where the verdict says it all
 * @param verdict what is wrong with it and what was expected, continues {@code found}
 * @param place {@code file:line:column}, or empty when not from a file
 */
public record Problem(String path, String found, String verdict, String place) implements Serializable {

    /** One line, {@code path: what was found, what was expected (place)}. */
    @Override
    public String toString() {
        return path
                + (path.isEmpty() ? "" : ": ")
                + found
                + (found.isEmpty() ? "" : " ")
                + verdict
                + (place.isEmpty() ? "" : " (" + place + ")");
    }
}
