// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Why a file that a configuration names cannot be read, in words: the JDK's messages are often the path alone. */
public final class FileFailure {
    private FileFailure() {}

    /** An exception whose message names the file and says what is wrong with it. */
    public static IOException of(Path file, IOException cause) {
        return new IOException(file + " " + reason(file, cause), cause);
    }

    private static String reason(Path file, IOException cause) {
        if (cause instanceof NoSuchFileException || (cause instanceof FileNotFoundException && Files.notExists(file))) {
            return "does not exist";
        }
        if (cause instanceof AccessDeniedException) {
            return "must not be read by this user";
        }
        return Files.isDirectory(file) ? "is a folder" : "cannot be read: " + cause.getMessage();
    }
}
